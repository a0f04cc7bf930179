import { defineConfig } from 'vitest/config';

const integration = '**/*.integration.test.ts';
const ignored = ['**/node_modules/**', '**/.next/**', 'e2e/**'];

/** `unit` needs nothing but Node; `integration` is handed a Redis and a PostgreSQL by scripts/test.ts. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['**/*.test.ts'], exclude: [...ignored, integration] } },
      {
        test: {
          name: 'integration',
          include: [integration],
          exclude: ignored,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
