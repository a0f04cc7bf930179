import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isRunning, type ProcessFacts } from './bootstrap/process-identity.mjs';
import { findProgram } from './find-program.ts';
import { endAll, msUntilGone } from './testing/ending.ts';
import type { Run } from './testing/npm-start.ts';
import { makeStubApp, type StubApp } from './testing/stub-app.ts';

const IDLE_MS = 5_000;
const BUSY_MS = 10_000;
/** Delay of saving one key of Redis: longer than the grace period of other parts. */
const SAVE_MS = 2_000;

/** Most starts use the database of the tests, which saves the time to make one. */
const given = process.env['TEST_DATABASE_URL'];
const withDatabase = given === undefined ? {} : { DATABASE_URL: given };

let app: StubApp;
const runs: Run[] = [];

beforeAll(() => {
  app = makeStubApp();
});

/** Ends the processes that a test left running, by the ids seen while it ran. */
afterEach(async () => {
  for (const run of runs.splice(0)) await endAll(run);
});

afterAll(() => app.remove());

function start(environment?: NodeJS.ProcessEnv): Run {
  const run = app.start(environment);
  runs.push(run);
  return run;
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

describe('npm start on a new data folder', () => {
  test('builds once for two starts at the same time, which share nothing', async () => {
    const [one, two] = [start({ DATA_DIR: '.data/one' }), start({ DATA_DIR: '.data/two' })];
    await Promise.all([one.ready, two.ready]);

    expect(app.builds()).toHaveLength(1);
    const [first, second] = [await environmentOf(one), await environmentOf(two)];
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'DATA_DIR', 'PORT']) {
      expect(first[name]).toBeTruthy();
      expect(first[name]).not.toBe(second[name]);
    }
  });

  test('embeds all services, prints them, and prints the admin that the app made', async () => {
    const run = start();
    await run.ready;

    const output = run.output();
    expect(output).toContain(`http://localhost:${run.port}`);
    expect(output).toMatch(/PostgreSQL +embedded/);
    expect(output).toMatch(/Redis +embedded/);
    expect(output).toMatch(/Providers +simulated/);
    expect(output).toMatch(/Admin +admin@localhost/);
    expect(output).toMatch(/Password +made/);
    expect(await environmentOf(run)).toMatchObject({
      APP_ENV: 'development',
      PLANT_DEMO: '1',
      PLANT_ID_BASE_URL: 'http://127.0.0.1:9/api/v3',
      PLANTNET_BASE_URL: 'http://127.0.0.1:9/v2',
      UV_THREADPOOL_SIZE: String(availableParallelism() + 6),
      NODE_ENV: 'production',
    });
  });

  test('hides all settings from the build', async () => {
    const run = start({ LOG_LEVEL: 'warn' });
    await run.ready;

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

  test.each(chain)('SIGTERM to %s ends all of them', async (_, pattern) => {
    const run = start(withDatabase);
    await run.ready;
    const processes = run.processes();
    const sockets = socketFolderOf(await environmentOf(run));
    expect(existsSync(sockets)).toBe(true);

    process.kill(named(processes, pattern).pid, 'SIGTERM');

    expect(await msUntilGone(processes, IDLE_MS)).toBeLessThan(IDLE_MS);
    expect(existsSync(sockets)).toBe(false);
  });

  test('Ctrl-C, which a terminal sends to the whole group, ends all of them', async () => {
    const run = start(withDatabase);
    await run.ready;
    const processes = run.processes();

    process.kill(-(run.npm.pid ?? 0), 'SIGINT');

    expect(await msUntilGone(processes, IDLE_MS)).toBeLessThan(IDLE_MS);
  });

  test('SIGTERM ends all of them though a request never ends', async () => {
    const run = start({ SHUTDOWN_TIMEOUT: '2' });
    await run.ready;
    const processes = run.processes();
    const response = await fetch(`http://127.0.0.1:${run.port}/work`);

    process.kill(named(processes, /^npm start/).pid, 'SIGTERM');

    expect(await msUntilGone(processes, BUSY_MS)).toBeLessThan(BUSY_MS);
    await expect(response.text()).rejects.toThrow('terminated');
  });
});

describe('a killed launcher', () => {
  test('ends its services, and the next start ends those that were frozen before it opens the data', async () => {
    const run = start();
    await run.ready;
    const processes = run.processes();
    const sockets = socketFolderOf(await environmentOf(run));
    const frozen = [named(processes, /services\/pglite/), named(processes, /redis-server|js-redis/)];
    for (const { pid } of frozen) process.kill(pid, 'SIGSTOP');

    process.kill(named(processes, /tools\/start\/start\.ts/).pid, 'SIGKILL');
    await run.exited;
    expect(frozen.every(isRunning)).toBe(true);

    const next = start({ PORT: String(run.port) });
    await next.ready;
    expect(processes.some(isRunning)).toBe(false);
    expect(existsSync(sockets)).toBe(false);
  });
});

describe.skipIf(findProgram('redis-server', 'valkey-server') === undefined)('the embedded Redis', () => {
  /** Sends one inline command and returns the beginning of the reply. */
  async function redis(run: Run, command: string): Promise<string> {
    const connection = connect((await environmentOf(run))['REDIS_URL']?.replace('unix://', '') ?? '');
    connection.write(`${command}\r\n`);
    const [answer] = (await once(connection, 'data')) as [Buffer];
    connection.destroy();
    return answer.toString();
  }

  test('gets the time to save its data at the end, and an unfinished file is removed', async () => {
    const run = start(withDatabase);
    await run.ready;
    const data = join(app.folder, '.data/redis');
    expect(await redis(run, 'SET plant monstera')).toBe('+OK\r\n');
    expect(await redis(run, `CONFIG SET rdb-key-save-delay ${SAVE_MS * 1_000}`)).toBe('+OK\r\n');
    const processes = run.processes();

    run.npm.kill('SIGTERM');

    const ms = await msUntilGone(processes, IDLE_MS);
    expect(ms).toBeGreaterThan(SAVE_MS);
    expect(ms).toBeLessThan(IDLE_MS);
    expect(readdirSync(data).filter((name) => name.endsWith('.rdb'))).toEqual(['dump.rdb']);

    writeFileSync(join(data, 'temp-4711.rdb'), 'REDIS');
    const next = start({ ...withDatabase, PORT: String(run.port) });
    await next.ready;
    expect(await redis(next, 'GET plant')).toContain('monstera');
    expect(readdirSync(data)).not.toContain('temp-4711.rdb');
  });

  test('ends with the launcher though its supervising process was killed', async () => {
    const run = start(withDatabase);
    await run.ready;
    const processes = run.processes();
    const supervisor = named(processes, /services\/supervise/);
    process.kill(supervisor.pid, 'SIGKILL');
    await expect.poll(() => isRunning(supervisor)).toBe(false);
    expect(await redis(run, 'PING')).toBe('+PONG\r\n');

    run.npm.kill('SIGTERM');

    expect(await msUntilGone(processes, IDLE_MS)).toBeLessThan(IDLE_MS);
  });
});

describe('npm start fails', () => {
  let taken: Server | undefined;
  afterEach(() => void taken?.close());

  async function outputOfFailure(environment: NodeJS.ProcessEnv): Promise<string> {
    const run = start(environment);
    expect(await run.exited).toBe(1);
    return run.output();
  }

  test('on the data folder of a running start', async () => {
    const first = start();
    await first.ready;
    expect(await outputOfFailure({})).toContain('Another start is running on the data folder');
  });

  test('on a port that is taken', async () => {
    const server = createServer();
    taken = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    expect(await outputOfFailure({ PORT: port })).toContain(`Port ${port} on 127.0.0.1 is taken`);
  });

  test('with wrong settings, and names each of them', async () => {
    const output = await outputOfFailure({ APP_ENV: 'production', LOG_LEVEL: 'loud' });
    for (const name of ['LOG_LEVEL', 'DATABASE_URL', 'AUTH_SECRETS', 'REDIS_URL', 'PLANT_ID_API_KEY']) {
      expect(output).toContain(name);
    }
  });

  test('when its database does not answer, without printing the password', async () => {
    const output = await outputOfFailure({ DATABASE_URL: 'postgresql://someone:hidden-word@127.0.0.1:1/plants' });
    expect(output).toContain('127.0.0.1:1');
    expect(output).not.toContain('hidden-word');
  });
});
