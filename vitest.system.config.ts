import { defineConfig } from 'vitest/config';

/** Tests against a running VRE: the real clients, the browser, faults, science projects. */
export default defineConfig({
  resolve: { conditions: ['@vre/source'] },
  ssr: { resolve: { conditions: ['@vre/source', 'node'] } },
  test: {
    include: ['apps/vre/tests/**/*.test.ts'],
    globalSetup: ['apps/vre/tests/harness/shared-platform.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 900_000,
  },
});
