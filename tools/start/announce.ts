import { relative } from 'node:path';
import { describeTarget, readDatabaseUrl } from '@plantcommunity/db/connection';
import { shownAddress } from './plan.ts';
import type { Parts, RunOptions } from './run.ts';
import type { WebEvent } from './web.ts';

/** What a start prints once the app serves. */
export interface Announcement {
  url: string;
  /** Name and description of each service, embedded or real. */
  parts: readonly (readonly [string, string])[];
  events: readonly WebEvent[];
  seconds: number;
}

/** The argument of `npm start` that gives the admin a new password. */
export const NEW_ADMIN_PASSWORD = '--new-admin-password';

const WIDTH = 14;
const row = (name: string, text: string) => `  ${name.padEnd(WIDTH)}${text}`;

/** Returns a path as it is typed from the root of the repository. */
export function shownPath(root: string, path: string): string {
  const fromRoot = relative(root, path);
  return fromRoot.startsWith('..') ? path : fromRoot;
}

export function announcement({ url, parts, events, seconds }: Announcement): string {
  const rows = parts.map(([name, text]) => row(name, text));
  const printed = events.flatMap((event) => eventRows(event));
  return [
    '',
    `Plant ID Community is ready: ${url}`,
    '',
    ...rows,
    ...(printed.length > 0 ? ['', ...printed] : []),
    '',
    `Ready in ${seconds.toFixed(1)} s. Ctrl-C ends everything.`,
    '',
  ].join('\n');
}

export function eventRows(event: WebEvent): string[] {
  switch (event.type) {
    case 'admin':
      return [row('Admin', event.email), row('Password', passwordText(event.password))];
    case 'notice':
      return [row('Note', event.text)];
    case 'ready':
      return [];
  }
}

function passwordText(password: string | undefined): string {
  return password === undefined
    ? `not shown again; for a new one: npm start -- ${NEW_ADMIN_PASSWORD}`
    : `${password}  (made just now, shown only this once)`;
}

/** Returns a row for each service: its name, and whether it is embedded or real. */
export function describeParts({ root, environment, dataDir }: RunOptions, parts: Parts): [string, string][] {
  const data = (name: string) => shownPath(root, `${dataDir}/${name}`);
  const database = environment['DATABASE_URL'] ?? '';
  const photoStore = environment['PHOTO_STORE'] || data('photos');
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
    ['Photos', photoStore.startsWith('s3:') ? `bucket ${photoStore}` : `folder ${photoStore.replace(/^file:/, '')}`],
  ];
}
