import { resolve } from 'node:path';
import type { Environment } from '@plantcommunity/settings';

/** Which services the launcher starts, because the environment names none. */
export interface Plan {
  embedsPostgres: boolean;
  embedsRedis: boolean;
  simulatesProviders: boolean;
}

/** Plans the services. In production none is embedded: a missing one is a fault of the settings. An empty variable is unset. */
export function planFor(environment: Environment): Plan {
  const isDevelopment = environment['APP_ENV'] === 'development';
  const lacks = (...names: string[]) => isDevelopment && names.every((name) => !environment[name]);
  return {
    embedsPostgres: lacks('DATABASE_URL'),
    embedsRedis: lacks('REDIS_URL', 'UPSTASH_REDIS_REST_URL'),
    simulatesProviders: lacks('PLANT_ID_API_KEY', 'PLANTNET_API_KEY'),
  };
}

/** Returns the settings by which the app uses the simulator for both providers, and says so everywhere. The keys are dummies. */
export function simulatorEnvironment(url: string): Record<string, string> {
  return {
    PLANT_DEMO: '1',
    PLANT_ID_BASE_URL: `${url}/api/v3`,
    PLANT_ID_API_KEY: 'demo-key-for-plant-id',
    PLANTNET_BASE_URL: `${url}/v2`,
    PLANTNET_API_KEY: 'demo-key-for-plantnet',
  };
}

/** Resolves a relative photo folder from the root, as DATA_DIR is: the app runs in a folder of its own. */
export function withPhotoStoreFrom(root: string, environment: Environment): Environment {
  const [, folder] = /^file:(.+)$/.exec(environment['PHOTO_STORE'] ?? '') ?? [];
  return folder === undefined ? environment : { ...environment, PHOTO_STORE: `file:${resolve(root, folder)}` };
}

/** Returns the address of a service without user, password and query. */
export function shownAddress(url: string): string {
  try {
    const { host, pathname, searchParams } = new URL(url);
    return `${searchParams.get('host') ?? host}${pathname === '/' ? '' : pathname}`;
  } catch {
    return 'an address that cannot be read';
  }
}
