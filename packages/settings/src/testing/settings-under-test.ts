import { SettingsError } from '../environment.ts';
import { readSettings } from '../settings.ts';

/** All that production requires. */
export const production = {
  APP_URL: 'https://plants.example',
  AUTH_SECRETS: 'a'.repeat(32),
  DATABASE_URL: 'postgresql://plants@db.example/plants',
  REDIS_URL: 'rediss://redis.example/2',
  PLANT_ID_API_KEY: 'k',
  ALLOWED_HOSTS: 'plants.example',
  METRICS_TOKEN: 'm'.repeat(16),
};

/** Returns the faults of an environment, each with its variable; none when it can be read. */
export function faultsIn(environment: Record<string, string>): string[] {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.faults.map(({ variable, problem }) => `${variable} ${problem}`);
  }
}
