import { service, startChild } from '../../start/child.ts';
import { StartError } from '../../start/start-error.ts';

/** Addresses of a Redis and a PostgreSQL, whose content tests may empty. */
export interface TestServices {
  redisUrl: string;
  databaseUrl: string;
}

/**
 * Migrates the database and names both services to the tests: TEST_REDIS_URL and TEST_DATABASE_URL.
 * @throws {StartError} when another project has named its services, which these would replace
 */
export async function useTestServices({ databaseUrl, redisUrl }: TestServices): Promise<void> {
  if (process.env['TEST_DATABASE_URL'] !== undefined) {
    throw new StartError('Run one project on services at a time, such as --project integration-real.');
  }
  const child = startChild({
    name: 'migration',
    command: service('migrate'),
    env: { ...process.env, DATABASE_URL: databaseUrl, DIRECT_DATABASE_URL: '' },
  });
  if ((await child.exited) !== 0) throw new StartError('The database for the tests could not be prepared; see above.');
  Object.assign(process.env, { TEST_DATABASE_URL: databaseUrl, TEST_REDIS_URL: redisUrl });
}
