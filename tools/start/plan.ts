import { resolve } from 'node:path';
import type { Environment } from '@plantcommunity/settings';

/** Which parts the launcher brings along because nobody else does. */
export interface Plan {
  embedsPostgres: boolean;
  embedsRedis: boolean;
  simulatesProviders: boolean;
}

/** In production nothing is brought along: what is missing there is a fault of the settings. An empty variable is unset. */
export function planFor(environment: Environment): Plan {
  const isDevelopment = environment['APP_ENV'] === 'development';
  const lacks = (...names: string[]) => isDevelopment && names.every((name) => !environment[name]);
  return {
    embedsPostgres: lacks('DATABASE_URL'),
    embedsRedis: lacks('REDIS_URL', 'UPSTASH_REDIS_REST_URL'),
    simulatesProviders: lacks('PLANT_ID_API_KEY', 'PLANTNET_API_KEY'),
  };
}

/** What makes the app ask the simulator for both providers and say so everywhere. The keys are made up. */
export function simulatorEnvironment(url: string): Record<string, string> {
  return {
    PLANT_DEMO: '1',
    PLANT_ID_BASE_URL: `${url}/api/v3`,
    PLANT_ID_API_KEY: 'demo-key-for-plant-id',
    PLANTNET_BASE_URL: `${url}/v2`,
    PLANTNET_API_KEY: 'demo-key-for-plantnet',
  };
}

/** A relative photo folder counts from the root, as DATA_DIR does: the app itself runs in a folder of its own. */
export function withPhotoStoreFrom(root: string, environment: Environment): Environment {
  const [, folder] = /^file:(.+)$/.exec(environment['PHOTO_STORE'] ?? '') ?? [];
  return folder === undefined ? environment : { ...environment, PHOTO_STORE: `file:${resolve(root, folder)}` };
}

/** Where a service is, without user, password or query. */
export function shownAddress(url: string): string {
  try {
    const { host, pathname, searchParams } = new URL(url);
    return `${searchParams.get('host') ?? host}${pathname === '/' ? '' : pathname}`;
  } catch {
    return 'an address that cannot be read';
  }
}
