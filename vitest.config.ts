import { defineConfig } from 'vitest/config';

const integration = '**/*.integration.test.ts';
const standalone = '**/*.standalone.test.ts';
const servers = 'tools/**/*.standalone.test.ts';
const start = '**/*.start.test.ts';
const ignored = ['**/node_modules/**', '**/.next/**', 'bench-results/**', 'e2e/**'];

/**
 * `unit` needs nothing but Node; `integration` is handed a Redis and a PostgreSQL by tools/test/test.ts, at first embedded
 * ones and then real ones; `standalone` brings its own, mostly to break them, and so does `servers`, which
 * tools/test/test.ts runs apart to use both cores; `start` runs the launcher itself.
 *
 * Files share the packages that they load (`isolate: false`), which took most of the time: a test leaves them as it
 * found them.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...ignored, integration, standalone, start],
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
          isolate: false,
        },
      },
      {
        test: {
          name: 'standalone',
          include: [standalone],
          exclude: [...ignored, servers],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          isolate: false,
        },
      },
      {
        test: {
          name: 'servers',
          include: [servers],
          exclude: ignored,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          isolate: false,
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
