import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isRunning, type ProcessFacts } from './bootstrap/process-identity.mjs';
import { endAll, runningAfter } from './testing/ending.ts';
import type { Run } from './testing/npm-start.ts';
import { makeStubApp, type StubApp } from './testing/stub-app.ts';

const IDLE_MS = 5_000;
/** Time limit for the end of a start that does not serve yet. */
const STARTING_MS = 10_000;

/** Most starts use the database of the tests, which saves the time to make one. */
const given = process.env['TEST_DATABASE_URL'];
const withDatabase = given === undefined ? {} : { DATABASE_URL: given };

let app: StubApp;
/** Folder for files of the tests; the starts do not use it. */
let folder: string;
const runs: Run[] = [];

beforeAll(() => {
  app = makeStubApp(`it's 100% "über" #1 $HOME & %20 `);
  folder = mkdtempSync(join(tmpdir(), 'machines-'));
});
afterEach(async () => {
  for (const run of runs.splice(0)) await endAll(run);
});
afterAll(() => {
  app.remove();
  rmSync(folder, { recursive: true, force: true });
});

function start(environment: NodeJS.ProcessEnv, args: readonly string[] = []): Run {
  const run = app.start(environment, args);
  runs.push(run);
  return run;
}

async function environmentOf(run: Run): Promise<Record<string, string>> {
  const response = await fetch(`http://127.0.0.1:${run.port}/environment`);
  return (await response.json()) as Record<string, string>;
}

const named = (processes: readonly ProcessFacts[], pattern: RegExp) =>
  processes.find(({ command }) => pattern.test(command));

/** Ends a start that serves, and waits until nothing of it runs. */
async function end(run: Run): Promise<void> {
  const processes = run.processes();
  run.npm.kill('SIGTERM');
  expect(await runningAfter(processes, IDLE_MS)).toEqual([]);
}

/** Returns the output of a start that fails; it must leave no stack, no process and no lock. */
async function failureOf(run: Run): Promise<string> {
  let seen: ProcessFacts[] = [];
  const timer = setInterval(() => {
    seen = [...seen, ...run.processes()];
  }, 100);
  const code = await run.exited;
  clearInterval(timer);
  expect(code).toBe(1);
  expect(run.output()).not.toMatch(/^ {2,}at /m);
  expect(await runningAfter(seen, IDLE_MS)).toEqual([]);
  return run.output();
}

describe('npm start in a path with spaces, quotes, signs and letters beyond ASCII', () => {
  test('starts with all services embedded', async () => {
    const run = start({});
    await run.ready;
    expect(run.output()).toMatch(/PostgreSQL +embedded/);
    expect(named(run.processes(), /npx|npm exec/)).toBeUndefined();
    await end(run);
  });

  test.each<[string, () => NodeJS.ProcessEnv, RegExp]>([
    [
      'TMPDIR is relative and the locale is unknown',
      () => ({ TMPDIR: 'rel/tmp', LANG: 'xx_YY.nothing', LC_ALL: 'C' }),
      /TMPDIR is rel\/tmp, which is no absolute path: using \/tmp/,
    ],
    [
      'TMPDIR is a file and CI is set',
      () => ({ TMPDIR: '/etc/passwd', CI: 'true' }),
      /TMPDIR is \/etc\/passwd, which is no folder/,
    ],
    [
      'TMPDIR is too long for a socket and NODE_ENV is that of a test',
      () => {
        const long = join(folder, 'x'.repeat(100));
        mkdirSync(long, { recursive: true });
        return { TMPDIR: long, NODE_ENV: 'test' };
      },
      /ready/,
    ],
    ['HOME is a file', () => ({ HOME: '/etc/passwd' }), /ready/],
    ['HOME is empty', () => ({ HOME: '' }), /ready/],
    ['folders of tools cannot be written', () => ({ XDG_CACHE_HOME: '/proc/c', XDG_DATA_HOME: '/proc/d' }), /ready/],
    [
      'the disk has no hard links',
      () => {
        const shim = join(folder, 'no-links.cjs');
        writeFileSync(
          shim,
          `require('node:fs').linkSync = () => { throw Object.assign(new Error('no links'), { code: 'EPERM' }); };
          require('node:module').syncBuiltinESMExports();`,
        );
        return { NODE_OPTIONS: `--require ${shim}`, DATA_DIR: '.data/no-links' };
      },
      /ready/,
    ],
    [
      'NODE_OPTIONS opens a debugger and limits the memory',
      () => ({ NODE_OPTIONS: '--inspect=127.0.0.1:0 --max-old-space-size=512' }),
      /ready/,
    ],
  ])('starts where %s', async (_what, environment, said) => {
    const run = start({ ...withDatabase, ...environment() });
    await run.ready;
    expect(run.output()).toMatch(said);
    expect(run.output()).not.toMatch(/^ {2,}at /m);
    await end(run);
  });

  test.each([
    ['NODE_USE_ENV_PROXY', { NODE_USE_ENV_PROXY: '1' }],
    ['NODE_OPTIONS', { NODE_OPTIONS: '--use-env-proxy' }],
    ['the environment alone', {}],
  ])('sends no request for this machine to a proxy of %s', async (_what, environment) => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(502).end();
    });
    proxy.on('connect', ({ url }, socket) => {
      asked.push(`CONNECT ${url}`);
      socket.destroy();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      // For npm itself, which asks no registry during a start.
      const npm = { npm_config_noproxy: '*' };
      const run = start({ ...withDatabase, ...npm, HTTP_PROXY: url, HTTPS_PROXY: url, ...environment });
      await run.ready;
      expect(await environmentOf(run)).not.toHaveProperty('NODE_USE_ENV_PROXY');
      await end(run);
      expect(asked).toEqual([]);
    } finally {
      proxy.close().closeAllConnections();
    }
  });
});

describe('npm start fails with a sentence instead of a stack', () => {
  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    [
      'DATA_DIR is a file',
      { DATA_DIR: '/etc/passwd' },
      /The data folder \/etc\/passwd cannot be used: mkdir .*\nName a folder/,
    ],
    ['nothing can be made in DATA_DIR', { DATA_DIR: '/proc/plants' }, /The data folder \/proc\/plants cannot be used/],
    ['nothing can be made for photos', { PHOTO_STORE: 'file:/proc/photos' }, /The photo folder \/proc\/photos cannot/],
    ['PHOTO_STORE is a file', { PHOTO_STORE: 'file:/etc/passwd' }, /The photo folder \/etc\/passwd cannot be used/],
    [
      'NODE_OPTIONS names a missing file',
      { NODE_OPTIONS: '--import ./tools/root.ts' },
      /NODE_OPTIONS cannot be used: /,
    ],
    ['a proxy is of another kind', { HTTPS_PROXY: 'socks5://proxy.example' }, /HTTPS_PROXY must be the address/],
    [
      'a secret file is missing',
      { PLANT_ID_API_KEY_FILE: '/none' },
      /PLANT_ID_API_KEY_FILE names \/none, which does not exist/,
    ],
    [
      'a password holds a line feed',
      { ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD: 'correct horse\n' },
      /ADMIN_PASSWORD must be a single line/,
    ],
  ])('where %s', async (_what, environment, said) => {
    expect(await failureOf(start(environment))).toMatch(said);
  });

  test('for an unknown argument', async () => {
    expect(await failureOf(start({}, ['--prod']))).toContain('--prod is no argument of npm start');
  });
});

describe('settings from files', () => {
  test('decide which services are embedded, and reach the app as values', async () => {
    const put = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const run = start({
      APP_ENV_FILE: put('mode', 'development\n'),
      DATABASE_URL: given,
      PLANTNET_API_KEY_FILE: put('key', 'abc\r\n'),
      DATA_DIR_FILE: put('data', `${join(folder, 'their data')}\n`),
    });
    await run.ready;
    expect(run.output()).toMatch(/Providers +real, Pl@ntNet/);
    const environment = await environmentOf(run);
    expect(environment).toMatchObject({ APP_ENV: 'development', PLANTNET_API_KEY: 'abc' });
    expect(environment).toHaveProperty('DATA_DIR', join(folder, 'their data'));
    expect(Object.keys(environment).filter((name) => name.endsWith('_FILE') && name !== 'SSL_CERT_FILE')).toEqual([]);
    await end(run);
  });
});

describe('the embedded PostgreSQL', () => {
  const server = /services\/pglite/;

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'stops the start with its name and the remedy when it ends by %s',
    async (signal) => {
      const run = start({});
      await run.ready;
      const processes = run.processes();
      process.kill(named(processes, server)?.pid ?? 0, signal);
      const output = await failureOf(run);
      expect(output).toContain('The embedded PostgreSQL ended: it ');
      expect(output).toContain('npm start starts it again');
      expect(output).not.toContain('goes on without it');
      expect(processes.some(isRunning)).toBe(false);
    },
  );

  test('is made anew by the next start when it was killed while it made its data', async () => {
    const run = start({ DATA_DIR: '.data/unfinished' });
    await expect.poll(() => named(run.processes(), server), { timeout: STARTING_MS, interval: 20 }).toBeDefined();
    const mark = join(app.folder, '.data');
    await expect
      .poll(() => readdirSync(join(mark, 'unfinished')), { timeout: STARTING_MS, interval: 5 })
      .toContain('postgres.unfinished');
    process.kill(named(run.processes(), server)?.pid ?? 0, 'SIGKILL');
    expect(await failureOf(run)).toMatch(/The embedded PostgreSQL did not start: it was killed by SIGKILL/);

    const next = start({ DATA_DIR: '.data/unfinished' });
    await next.ready;
    expect(readdirSync(join(mark, 'unfinished'))).not.toContain('postgres.unfinished');
    await end(next);
  });

  test('stops the start with the folder of its data when these are damaged', async () => {
    const data = join(app.folder, '.data/damaged/postgres');
    mkdirSync(join(data, 'global'), { recursive: true });
    for (const [name, text] of [
      ['PG_VERSION', '9\n'],
      ['global/pg_control', 'x'],
    ] as const) {
      writeFileSync(join(data, name), text);
    }
    const output = await failureOf(start({ DATA_DIR: '.data/damaged' }));
    expect(output).toContain(`PostgreSQL cannot open its data in ${data}`);
    expect(output).toContain('move it away: the next start makes an empty database');
  });
});

test('the argument --new-admin-password reaches the app', async () => {
  const run = start(withDatabase, ['--new-admin-password']);
  await run.ready;
  expect(await environmentOf(run)).toHaveProperty('PLANT_NEW_ADMIN_PASSWORD', '1');
  await end(run);
});
