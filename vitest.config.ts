import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@vre/source'] },
  ssr: { resolve: { conditions: ['@vre/source', 'node', 'import', 'default'] } },
  test: {
    include: [
      '{platform,protocols,storage,compute,engines,services}/*/src/**/*.test.ts',
      'environments/src/**/*.test.ts',
    ],
    exclude: ['**/dist/**', '**/node_modules/**'],
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
