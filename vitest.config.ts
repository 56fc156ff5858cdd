import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@vre/source'] },
  ssr: { resolve: { conditions: ['@vre/source', 'node'] } },
  test: {
    include: [
      '{platform,protocols,storage,compute,engines,services}/*/src/**/*.test.ts',
      'environments/src/**/*.test.ts',
      'apps/portal/src/**/*.test.ts',
      'apps/vre/src/**/*.test.ts',
    ],
    exclude: ['**/dist/**', '**/node_modules/**'],
    globalSetup: ['platform/testing/src/cluster-for-tests.ts'],
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
