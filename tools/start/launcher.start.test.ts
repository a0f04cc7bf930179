import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { isRunning, type ProcessFacts } from './bootstrap/process-identity.mjs';
import { findProgram } from './find-program.ts';
import { endAll, msUntilGone, runningAfter } from './testing/ending.ts';
import type { Run } from './testing/npm-start.ts';
import { makeStubApp, type StubApp } from './testing/stub-app.ts';

const IDLE_MS = 5_000;
const BUSY_MS = 10_000;
/** Time limit for a start that makes a database and builds. */
const START_MS = 120_000;
/** Delay of saving one key of Redis: longer than the grace period of other parts. */
const SAVE_MS = 2_000;

/** Most starts use the database of the tests, which saves the time to make one. */
const given = process.env['TEST_DATABASE_URL'];
const withDatabase = given === undefined ? {} : { DATABASE_URL: given };

let app: StubApp;

beforeAll(() => {
  app = makeStubApp();
});

afterAll(() => app.remove());

/** Starts, and ends at the end of the test what still runs. */
function start({ onTestFinished }: TestContext, environment?: NodeJS.ProcessEnv): Run {
  const run = app.start(environment);
  onTestFinished(() => endAll(run));
  return run;
}

async function outputOfFailure(context: TestContext, environment: NodeJS.ProcessEnv): Promise<string> {
  const run = start(context, environment);
  expect(await run.exited).toBe(1);
  return run.output();
}

const named = (processes: readonly ProcessFacts[], pattern: RegExp): ProcessFacts => {
  const found = processes.find(({ command }) => pattern.test(command));
  if (!found) throw new Error(`no ${pattern} among ${processes.map(({ command }) => command).join(' | ')}`);
  return found;
};

async function environmentOf(run: Run): Promise<Record<string, string>> {
  const response = await fetch(`http://127.0.0.1:${run.port}/environment`);
  return (await response.json()) as Record<string, string>;
}

const socketFolderOf = (environment: Record<string, string>): string =>
  (environment['REDIS_URL'] ?? '').replace('unix://', '').replace('/redis.sock', '');

describe('two npm starts at the same time, each on a new data folder', () => {
  let one: Run;
  let two: Run;

  beforeAll(async () => {
    one = app.start({ LOG_LEVEL: 'warn' });
    two = app.start({ LOG_LEVEL: 'warn', DATA_DIR: '.data/two' });
    await Promise.all([one.ready, two.ready]);
  }, START_MS);
  afterAll(async () => {
    await Promise.all([endAll(one), endAll(two)]);
  });

  test('build once, and share nothing', async () => {
    expect(app.builds()).toHaveLength(1);
    const [first, second] = [await environmentOf(one), await environmentOf(two)];
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'DATA_DIR', 'PORT']) {
      expect(first[name]).toBeTruthy();
      expect(first[name]).not.toBe(second[name]);
    }
  });

  test('embed all services, print them, and print the admin that the app made', async () => {
    const output = one.output();
    expect(output).toContain(`http://localhost:${one.port}`);
    expect(output).toMatch(/PostgreSQL +embedded/);
    expect(output).toMatch(/Redis +embedded/);
    expect(output).toMatch(/Providers +simulated/);
    expect(output).toMatch(/Admin +admin@localhost/);
    expect(output).toMatch(/Password +made/);
    expect(await environmentOf(one)).toMatchObject({
      APP_ENV: 'development',
      PLANT_DEMO: '1',
      PLANT_ID_BASE_URL: 'http://127.0.0.1:9/api/v3',
      PLANTNET_BASE_URL: 'http://127.0.0.1:9/v2',
      UV_THREADPOOL_SIZE: String(availableParallelism() + 6),
      NODE_ENV: 'production',
    });
  });

  test('hide all settings from the build', () => {
    const [seen = []] = app.builds();
    expect(seen).toContain('PATH');
    expect(seen).not.toContain('PORT');
    expect(seen).not.toContain('LOG_LEVEL');
    expect(seen).not.toContain('APP_ENV');
  });
});

describe('the end of one process of npm start', () => {
  const chain = [
    ['npm', /^npm start/],
    ['its shell', /^sh -c node tools/],
    ['the bootstrap', /^\S*node tools\/start\/bootstrap/],
    ['the launcher', /tools\/start\/start\.ts/],
  ] as const;

  test.for(chain)('SIGTERM to %s ends all of them', async ([, pattern], context) => {
    const run = start(context, withDatabase);
    await run.ready;
    const processes = run.processes();
    const sockets = socketFolderOf(await environmentOf(run));
    expect(existsSync(sockets)).toBe(true);

    process.kill(named(processes, pattern).pid, 'SIGTERM');

    expect(await runningAfter(processes, IDLE_MS)).toEqual([]);
    expect(existsSync(sockets)).toBe(false);
  });

  test('Ctrl-C, which a terminal sends to the whole group, ends all of them', async (context) => {
    const run = start(context, withDatabase);
    await run.ready;
    const processes = run.processes();

    process.kill(-(run.npm.pid ?? 0), 'SIGINT');

    expect(await runningAfter(processes, IDLE_MS)).toEqual([]);
  });
});

const redisServer = findProgram('redis-server', 'valkey-server');

/** Sends one inline command to the embedded Redis and returns the beginning of the reply. */
async function redis(run: Run, command: string): Promise<string> {
  const connection = connect((await environmentOf(run))['REDIS_URL']?.replace('unix://', '') ?? '');
  connection.write(`${command}\r\n`);
  const [answer] = (await once(connection, 'data')) as [Buffer];
  connection.destroy();
  return answer.toString();
}

// Each waits for a time limit, and they do so together, each with a data folder of its own.
describe('npm start', { concurrent: true }, () => {
  test('ends by SIGTERM though a request never ends', async (context) => {
    const run = start(context, { ...withDatabase, DATA_DIR: '.data/busy', SHUTDOWN_TIMEOUT: '1' });
    await run.ready;
    const processes = run.processes();
    const response = await fetch(`http://127.0.0.1:${run.port}/work`);

    process.kill(named(processes, /^npm start/).pid, 'SIGTERM');

    expect(await runningAfter(processes, BUSY_MS)).toEqual([]);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  test('after a killed launcher ends its services that were frozen before it opens the data', async (context) => {
    const run = start(context);
    await run.ready;
    const processes = run.processes();
    const sockets = socketFolderOf(await environmentOf(run));
    const frozen = [named(processes, /services\/pglite/), named(processes, /redis-server|js-redis/)];
    for (const { pid } of frozen) process.kill(pid, 'SIGSTOP');

    process.kill(named(processes, /tools\/start\/start\.ts/).pid, 'SIGKILL');
    await run.exited;
    expect(frozen.every(isRunning)).toBe(true);

    const next = start(context, { PORT: String(run.port) });
    await next.ready;
    expect(processes.some(isRunning)).toBe(false);
    expect(existsSync(sockets)).toBe(false);
  });

  test.skipIf(redisServer === undefined)(
    'gives the embedded Redis the time to save its data at the end, and removes an unfinished file',
    async (context) => {
      const environment = { ...withDatabase, DATA_DIR: '.data/saving' };
      const run = start(context, environment);
      await run.ready;
      const data = join(app.folder, '.data/saving/redis');
      expect(await redis(run, 'SET plant monstera')).toBe('+OK\r\n');
      expect(await redis(run, `CONFIG SET rdb-key-save-delay ${SAVE_MS * 1_000}`)).toBe('+OK\r\n');
      const processes = run.processes();

      run.npm.kill('SIGTERM');

      const ms = await msUntilGone(processes, IDLE_MS);
      expect(ms).toBeGreaterThan(SAVE_MS);
      expect(ms).toBeLessThan(IDLE_MS);
      expect(readdirSync(data).filter((name) => name.endsWith('.rdb'))).toEqual(['dump.rdb']);

      writeFileSync(join(data, 'temp-4711.rdb'), 'REDIS');
      const next = start(context, { ...environment, PORT: String(run.port) });
      await next.ready;
      expect(await redis(next, 'GET plant')).toContain('monstera');
      expect(readdirSync(data)).not.toContain('temp-4711.rdb');
    },
  );

  test('fails on the data folder of a running start', async (context) => {
    const environment = { ...withDatabase, DATA_DIR: '.data/shared' };
    const first = start(context, environment);
    await first.ready;
    expect(await outputOfFailure(context, environment)).toContain('Another start is running on the data folder');
  });
});

test.skipIf(redisServer === undefined)(
  'the embedded Redis ends with the launcher though its supervising process was killed',
  async (context) => {
    const run = start(context, withDatabase);
    await run.ready;
    const processes = run.processes();
    const supervisor = named(processes, /services\/supervise/);
    process.kill(supervisor.pid, 'SIGKILL');
    await expect.poll(() => isRunning(supervisor)).toBe(false);
    expect(await redis(run, 'PING')).toBe('+PONG\r\n');

    run.npm.kill('SIGTERM');

    expect(await runningAfter(processes, IDLE_MS)).toEqual([]);
  },
);

describe('npm start fails', () => {
  test('on a port that is taken', async (context) => {
    const server = createServer();
    context.onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    expect(await outputOfFailure(context, { PORT: port })).toContain(`Port ${port} on 127.0.0.1 is taken`);
  });

  test('with wrong settings, and names each of them', async (context) => {
    const output = await outputOfFailure(context, { APP_ENV: 'production', LOG_LEVEL: 'loud' });
    for (const name of ['LOG_LEVEL', 'DATABASE_URL', 'AUTH_SECRETS', 'REDIS_URL', 'PLANT_ID_API_KEY']) {
      expect(output).toContain(name);
    }
  });

  test('when its database does not answer, without printing the password', async (context) => {
    const output = await outputOfFailure(context, {
      DATABASE_URL: 'postgresql://someone:hidden-word@127.0.0.1:1/plants',
    });
    expect(output).toContain('127.0.0.1:1');
    expect(output).not.toContain('hidden-word');
  });
});
