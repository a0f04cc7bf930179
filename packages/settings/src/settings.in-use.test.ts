import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { variableNames } from './environment.ts';
import { schema } from './schema.ts';
import { group, readSettings } from './settings.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
/** Source files of the app and its launcher. `tools/deploy` does not count: it judges settings and uses none. */
const CONSUMERS = [
  'apps/web/server.ts',
  'apps/web/src/server/**/*.ts',
  'apps/web/src/app/**/*.ts',
  'packages/*/src/**/*.ts',
  'tools/start/**/*.ts',
];
const NO_CONSUMER = /^packages\/settings\/|\.test\.ts$|\/testing\//;

const admin = { ADMIN_EMAIL: 'admin@plants.example', ADMIN_PASSWORD: 'correct horse battery' };

it('each variable of the schema is read into the settings', () => {
  const read = new Set<PropertyKey>();
  const values = new Proxy(schema.parse(admin), {
    get(target, name, receiver): unknown {
      read.add(name);
      return Reflect.get(target, name, receiver);
    },
  });
  group(values);
  expect(variableNames.filter((name) => !read.has(name))).toEqual([]);
});

it('each of the settings is named by a source file of the app or its launcher', () => {
  const settings = readSettings({
    ...admin,
    APP_ENV: 'development',
    AUTH_GITHUB_ID: 'id',
    AUTH_GITHUB_SECRET: 'secret',
    AUTH_GITHUB_ISSUER: 'https://issuer.example',
    PHOTO_STORE: 's3://photos',
    S3_ENDPOINT: 'https://s3.example',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    REDIS_URL: 'redis://localhost',
    ALERT_WEBHOOK_URL: 'https://alerts.example/hook',
    ALERT_WEBHOOK_SECRET: 's'.repeat(32),
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
  });
  const sources = globSync(CONSUMERS, { cwd: REPOSITORY })
    .filter((file) => !NO_CONSUMER.test(file.replaceAll('\\', '/')))
    .map((file) => readFileSync(join(REPOSITORY, file), 'utf8'))
    .join('\n');
  const words = new Set(sources.match(/\w+/g));
  const names = namesIn(settings);
  expect(names).toContain('shutdownTimeoutMs');
  expect(names.filter((name) => !words.has(name))).toEqual([]);
});

/** Returns the names of all properties of an object and of the objects in it. */
function namesIn(value: object): string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const isGroup = typeof inner === 'object' && inner !== null && Object.getPrototypeOf(inner) === Object.prototype;
    return isGroup ? [name, ...namesIn(inner)] : [name];
  });
}
