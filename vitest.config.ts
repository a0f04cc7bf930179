import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { missingRealServices } from './tools/test/services/real-services.ts';

const INTEGRATION = '**/*.integration.test.ts';
/** Integration tests that run once, on the servers of this machine. */
const REAL_ONLY = '**/*.real.integration.test.ts';
const STANDALONE = '**/*.standalone.test.ts';
const SERVERS = 'tools/**/*.standalone.test.ts';
const START = '**/*.start.test.ts';
const LONG = '**/*.long.test.ts';
const IGNORED = ['**/node_modules/**', '**/.next/**', 'bench-results/**', 'e2e/**'];

const EMBEDDED_SERVICES = './tools/test/services/embedded-services.ts';
const REAL_SERVICES = './tools/test/services/real-services.ts';
const SOME_SERVICES = missingRealServices() === undefined ? REAL_SERVICES : EMBEDDED_SERVICES;

/** How long a test waits for an event before it fails: a guard against hanging, which says nothing about speed. */
const PATIENCE = { expect: { poll: { timeout: 10_000 } } };

/** Tests that share services, or measure processes, run one file at a time. */
const ONE_AT_A_TIME = { ...PATIENCE, testTimeout: 30_000, hookTimeout: 60_000, fileParallelism: false };

/**
 * `unit` needs nothing but Node. `integration-embedded` and `integration-real` run the same tests on the embedded Redis
 * and PostgreSQL and on those of this machine, but for those that the second alone runs. `standalone` brings services of its own, mostly to break them, and so does
 * `servers`, apart so that `npm test` can use both cores. `start` runs the launcher, on one database for all starts.
 * `long` is what `npm run test:long` runs, and `npm test` does not.
 *
 * Files share the packages that they load (`isolate: false`), whose loading took most of the time; a test restores what
 * it changes in them.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...IGNORED, INTEGRATION, STANDALONE, START, LONG],
          ...PATIENCE,
          testTimeout: 15_000,
          isolate: false,
          // One worker, which is what two cores get by default, leaves a core idle.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        test: {
          name: 'integration-embedded',
          include: [INTEGRATION],
          exclude: [...IGNORED, REAL_ONLY],
          globalSetup: EMBEDDED_SERVICES,
          ...ONE_AT_A_TIME,
          isolate: false,
        },
      },
      {
        test: {
          name: 'integration-real',
          include: [INTEGRATION],
          exclude: IGNORED,
          globalSetup: REAL_SERVICES,
          ...ONE_AT_A_TIME,
          isolate: false,
        },
      },
      {
        test: {
          name: 'standalone',
          include: [STANDALONE],
          exclude: [...IGNORED, SERVERS],
          ...ONE_AT_A_TIME,
          isolate: false,
        },
      },
      {
        test: { name: 'servers', include: [SERVERS], exclude: IGNORED, ...ONE_AT_A_TIME, isolate: false },
      },
      {
        test: {
          name: 'long',
          include: [LONG],
          exclude: IGNORED,
          globalSetup: SOME_SERVICES,
          ...ONE_AT_A_TIME,
          isolate: false,
        },
      },
      {
        test: {
          name: 'start',
          include: [START],
          exclude: IGNORED,
          globalSetup: SOME_SERVICES,
          ...ONE_AT_A_TIME,
          testTimeout: 120_000,
        },
      },
    ],
  },
});
