import { defineConfig } from 'vitest/config';

const integration = '**/*.integration.test.ts';
const start = '**/*.start.test.ts';
const ignored = ['**/node_modules/**', '**/.next/**', 'bench-results/**', 'e2e/**'];

/** `unit` needs nothing but Node; `integration` is handed a Redis and a PostgreSQL by scripts/test.ts; `start` runs the
 * launcher itself. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...ignored, integration, start],
          // Loading the same packages anew for each of many small files took five sixths of the time.
          isolate: false,
        },
      },
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
      {
        test: {
          name: 'start',
          include: [start],
          exclude: ignored,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
