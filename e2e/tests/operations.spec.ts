import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@plantcommunity/resilience/testing';
import { expect } from '@playwright/test';
import { tokenOf } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { execute } from '../fixtures/database.ts';
import { docsCommands, docsPage } from '../fixtures/docs-commands.ts';
import { test } from '../fixtures/operator.ts';
import { ADMIN } from '../fixtures/production.ts';

const PAGE = 'operations.md';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Delay of Plant.id in the drill: ten requests must be there before its call is over. */
const DRILL_MS = 3_000;

const commands = docsCommands(PAGE);
/** Headings of commands for an app with an embedded database; all others run in production. */
const EMBEDDED = ['Back up an embedded database', 'Restore an embedded database'];
/** Headings of commands that work on both forms of the log, and of what they need. */
const LOG = [
  'Before you type',
  'Stampede drill',
  'Failures and trials',
  'Transitions of the circuit breakers',
  'Stampedes that were prevented',
  'Mean wait for a lease',
  'Slowest answers of Plant.id, in seconds',
];

/** Settings of all apps here: the circuit breaker recovers at once, and no rate limit ends the test. */
const SETTINGS = { PLANT_ID_CIRCUIT_RESET_TIMEOUT: '1', IDENTIFY_RATE_FREE: '1000/h' };

function skipWithout(...programs: string[]): void {
  const missing = programs.find((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  test.skip(missing !== undefined, `there is no ${missing}`);
}

/** An entry of the history with the bytes of its photo. */
interface Kept {
  entry: { id?: string };
  photo: Buffer;
}

/** Returns an entry of the history. @param id of the entry; the newest one by default */
async function keptEntry({ url }: App, token: string, id?: string): Promise<Kept> {
  const headers = { Authorization: `Bearer ${token}` };
  const get = (path: string) => fetch(`${url}/api/v1/plant-identification/identifications${path}`, { headers });
  const answer = await get('');
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  const { items } = JSON.parse(text) as { items: Kept['entry'][] };
  const entry = items.find((item) => id === undefined || item.id === id) ?? {};
  const photo = await get(`/${entry.id}/photos/1`);
  expect(photo.status, `${entry.id} of ${text}`).toBe(200);
  return { entry, photo: Buffer.from(await photo.arrayBuffer()) };
}

// Each test has an app of its own and waits much.
test.describe.configure({ mode: 'parallel' });

test('every command for production prints what the page says, and lost data come back', async ({
  folder,
  operator,
  services,
  simulator,
}) => {
  test.setTimeout(120_000);
  skipWithout('bash', 'curl', 'jq', 'openssl', 'redis-cli', 'psql', 'pg_dump', 'pg_restore');
  const [dataDir, secrets] = [join(folder, 'data'), join(folder, 'secrets')];
  const photos = join(dataDir, 'photos');
  const [authSecrets, metricsToken] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  await mkdir(secrets);
  await writeFile(join(secrets, 'auth_secrets'), authSecrets);
  await writeFile(join(secrets, 'metrics_token'), metricsToken);
  await writeFile(join(folder, 'passphrase'), 'for-tests-of-the-backup');
  await execute(services.databaseUrl, 'CREATE DATABASE plants');
  const databaseUrl = services.databaseUrl.replace(/postgres$/, 'plants');
  const port = String(await freePort());
  const url = `http://localhost:${port}`;
  const settings = {
    ...SETTINGS,
    ...simulator.settings,
    APP_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: port,
    APP_URL: url,
    ALLOWED_HOSTS: 'localhost',
    DATABASE_URL: databaseUrl,
    REDIS_URL: services.redisUrl,
    AUTH_SECRETS_FILE: join(secrets, 'auth_secrets'),
    METRICS_TOKEN_FILE: join(secrets, 'metrics_token'),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'info',
  };
  await operator.start({ ...settings, ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password });
  const { person, token } = await operator.register('olga');
  const shell = operator.open({
    ...simulator.settings,
    // check:deploy checks a deployment with a proxy in front.
    APP_URL: 'https://plants.example',
    ALLOWED_HOSTS: 'plants.example',
    TRUSTED_PROXY_HOPS: '1',
    DATABASE_URL: databaseUrl,
    REDIS_URL: services.redisUrl,
    AUTH_SECRETS: authSecrets,
    METRICS_TOKEN: metricsToken,
    APP: ROOT,
    URL: url,
    INSTANCE: url,
    EMAIL: person.email,
    PASSWORD: person.password,
    PHOTOS: photos,
    SECRETS: secrets,
    PASSPHRASE_FILE: join(folder, 'passphrase'),
    MAINTENANCE_URL: services.databaseUrl,
  });
  await operator.tripCircuit();

  let before: Kept | undefined;
  const inProduction = commands.filter(({ heading }) => !EMBEDDED.includes(heading));
  await operator.follow(inProduction, {
    // It would find that the providers are on this machine.
    '1. Check the settings': () => shell.run('PLANT_ID_BASE_URL= PLANTNET_BASE_URL='),
    'A circuit breaker opens at once': () => shell.run(`PLANT_ID_BASE_URL=${simulator.settings['PLANT_ID_BASE_URL']}`),
    'Stampede drill': () => simulator.fault({ provider: 'plant_id', latencyMs: DRILL_MS }),
    'Failures and trials': () => simulator.clear(),
    'Orphaned leases': () => shell.run(`redis-cli -u "$REDIS_URL" SET 'answer:{a question}:lock' operator`),
    Redis: () => shell.run('redis-cli -u "$REDIS_URL" CONFIG SET maxmemory-policy allkeys-lru'),
    async 'Back up'() {
      before = await keptEntry(operator.app(), token);
      // As if it was uploaded after the dump.
      await mkdir(join(photos, 'ab'), { recursive: true });
      await writeFile(join(photos, 'ab/abc.jpg'), 'a photo');
    },
    async '1. Stop the app'() {
      await operator.app().stop();
      await execute(databaseUrl, 'TRUNCATE "User" CASCADE');
      await rm(photos, { recursive: true });
      await rm(secrets, { recursive: true });
    },
    '6. Start': () => operator.start(settings),
  });
  expect(await readdir(join(photos, 'ab'))).not.toContain('abc.jpg');
  const again = await tokenOf(operator.app(), person);
  expect(await keptEntry(operator.app(), again, before?.entry.id)).toEqual(before);
});

test('the searches of the log work in development, and an embedded database comes back', async ({
  folder,
  operator,
  simulator,
}) => {
  test.setTimeout(120_000);
  skipWithout('bash', 'curl', 'jq');
  const dataDir = join(folder, 'data');
  const settings = { ...SETTINGS, ...simulator.settings, DATA_DIR: dataDir, PORT: String(await freePort()) };
  const { url } = await operator.start(settings);
  const { person, token } = await operator.register('otto');
  operator.open({ DATABASE_URL: '', DATA_DIR: dataDir, URL: url, EMAIL: person.email, PASSWORD: person.password });
  await operator.tripCircuit();

  let before: Kept | undefined;
  const headings = [...LOG, ...EMBEDDED];
  const inDevelopment = commands.filter(({ heading }) => headings.includes(heading));
  expect([...new Set(inDevelopment.map(({ heading }) => heading))]).toEqual(headings);
  await operator.follow(inDevelopment, {
    'Stampede drill': () => simulator.fault({ provider: 'plant_id', latencyMs: DRILL_MS }),
    'Failures and trials': () => simulator.clear(),
    async 'Back up an embedded database'() {
      before = await keptEntry(operator.app(), token);
      await operator.app().stop();
    },
    'Restore an embedded database': () => rm(join(dataDir, 'postgres'), { recursive: true }),
  });
  await operator.start(settings);
  // The secret that signs tokens is in the folder, too.
  expect(await keptEntry(operator.app(), token, before?.entry.id)).toEqual(before);
  const again = await tokenOf(operator.app(), person);
  expect(await keptEntry(operator.app(), again, before?.entry.id)).toEqual(before);
});

test('a command between the lines of the page stands in one of its blocks, too', () => {
  const blocks = commands.map(({ text }) => text).join('\n');
  const prose = docsPage(PAGE).replaceAll(/^```[^]*?^```$/gm, '');
  const words = commands.flatMap(({ text }) => text.match(/(?<=^|[|(&] *)[a-z][a-z-]+(?= )/gm) ?? []);
  const programs = new Set(words);
  const inline = [...prose.matchAll(/`([a-z-]+) ([^`]+)`/g)].filter(([, program = '']) => programs.has(program));
  // `npm start` is what starts the apps of these tests.
  const absent = inline.filter(([, , rest = '']) => rest !== 'start' && !blocks.includes(rest.replace('run ', '')));
  expect(absent.map(([span]) => span)).toEqual([]);
  expect(inline.map(([span]) => span)).toContain('`npm run check:deploy`');
});
