import { describeTarget, readDatabaseUrl } from '@plantcommunity/db/connection';
import { shownPath } from './announce.ts';
import { shownAddress } from './plan.ts';
import type { Parts, RunOptions } from './run.ts';

/** What is embedded and what is real, a row each. */
export function describeParts({ root, environment, dataDir }: RunOptions, parts: Parts): [string, string][] {
  const data = (name: string) => shownPath(root, `${dataDir}/${name}`);
  const database = environment['DATABASE_URL'] ?? '';
  const redis = environment['UPSTASH_REDIS_REST_URL'] || environment['REDIS_URL'] || '';
  const providers = [
    ['PLANT_ID_API_KEY', 'Plant.id'],
    ['PLANTNET_API_KEY', 'Pl@ntNet'],
  ] as const;
  const named = providers.flatMap(([key, name]) => (environment[key] ? [name] : []));
  return [
    [
      'PostgreSQL',
      parts.postgres
        ? `embedded, ${parts.postgres.label}, data in ${data('postgres')}`
        : `real, ${describeTarget(readDatabaseUrl(database))}`,
    ],
    [
      'Redis',
      parts.redis
        ? `embedded, ${parts.redis.label}${parts.redis.supervisedPid === undefined ? '' : `, data in ${data('redis')}`}`
        : `real, ${shownAddress(redis)}`,
    ],
    [
      'Providers',
      parts.simulator ? 'simulated: every answer is demo data, no photo leaves' : `real, ${named.join(' and ')}`,
    ],
    ['Photos', `folder ${environment['PHOTO_STORE']?.replace(/^file:/, '') || data('photos')}`],
  ];
}
