import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchDocumented } from '@plantcommunity/api/testing/fetch-documented';
import { afterAll, afterEach, expect, test } from 'vitest';
import { root } from '../root.ts';
import { endAll, runningAfter } from './testing/ending.ts';
import { npmStart, type Run } from './testing/npm-start.ts';

const READY_MS = 15_000;
const IDLE_MS = 5_000;
/** The first start may have to build. */
const BUILD_MS = 300_000;

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const hosts = hasIpv6 ? ['127.0.0.1', '[::1]'] : ['127.0.0.1'];
const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
const services =
  TEST_DATABASE_URL && TEST_REDIS_URL ? { DATABASE_URL: TEST_DATABASE_URL, REDIS_URL: TEST_REDIS_URL } : undefined;

const dataDir = mkdtempSync(join(tmpdir(), 'plant-data-'));
const runs: Run[] = [];
afterEach(async () => {
  for (const run of runs.splice(0)) await endAll(run);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

function start(environment: NodeJS.ProcessEnv = {}, args: readonly string[] = []): Run {
  const run = npmStart(root, { DATA_DIR: dataDir, ...environment }, args);
  runs.push(run);
  return run;
}

async function end(run: Run): Promise<void> {
  const processes = run.processes();
  run.npm.kill('SIGTERM');
  expect(await runningAfter(processes, IDLE_MS)).toEqual([]);
}

const passwordIn = (run: Run): string => /Password +(\S{10,}) +\(made just now/.exec(run.output())?.[1] ?? '';

/** The status with which the app answers a sign-in of its first admin. */
async function signIn(run: Run, password: string): Promise<number> {
  const answer = await fetchDocumented(`http://127.0.0.1:${run.port}/api/v1/auth/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: 'admin@plants.localhost', password }),
  });
  await answer.body?.cancel();
  return answer.status;
}

test('the built app makes its admin at the first start only, and is ready within 15 s at the second', {
  timeout: BUILD_MS,
}, async () => {
  const first = start();
  await first.ready;
  const password = passwordIn(first);
  expect(await signIn(first, password)).toBe(200);
  await end(first);

  const begin = performance.now();
  const second = start();
  await second.ready;
  expect(performance.now() - begin).toBeLessThan(READY_MS);
  expect(second.output()).not.toContain('Building');
  expect(second.output()).not.toContain(password);
  expect(second.output()).toMatch(/Admin +admin@plants\.localhost\n +Password .*npm start -- --new-admin-password/);
  // Clients try either for localhost.
  for (const host of hosts) {
    const page = await fetch(`http://${host}:${second.port}/`);
    expect([host, page.status, page.headers.get('keep-alive')]).toEqual([host, 200, 'timeout=75']);
  }
  await end(second);

  const third = start({}, ['--new-admin-password']);
  await third.ready;
  expect(await signIn(third, password)).toBe(401);
  expect(await signIn(third, passwordIn(third))).toBe(200);
});

/** Only by its address, as orchestrators ask. */
async function live(host: string, port: number): Promise<number> {
  return (await fetch(`http://${host}:${port}/api/health/live`)).status;
}

// Without a Redis and a PostgreSQL of the tests there is nothing that production could use.
test.skipIf(services === undefined)(
  'the built app takes IPv4 and IPv6 in production, and probes by address',
  async () => {
    const run = start({
      ...services,
      APP_ENV: 'production',
      APP_URL: 'https://plants.example',
      ALLOWED_HOSTS: '.plants.example',
      METRICS_TOKEN: 'for-tests-of-the-start',
      AUTH_SECRETS: 'for-tests-of-the-start-0123456789',
      PLANT_ID_API_KEY: 'for-tests',
      PLANT_ID_BASE_URL: 'http://127.0.0.1:9/api/v3',
      ADMIN_EMAIL: 'admin@plants.example',
      ADMIN_PASSWORD: 'correct horse battery',
    });
    await run.ready;
    for (const host of hosts) expect([host, await live(host, run.port)]).toEqual([host, 200]);
    expect((await fetch(`http://127.0.0.1:${run.port}/`)).status).toBe(400);
  },
);

// Without IPv6 on the machine nothing can take a port of ::1.
test.skipIf(!hasIpv6)('the built app says on which address its port is taken', async () => {
  const occupant = createServer().listen(0, '::1');
  await once(occupant, 'listening');
  const { port } = occupant.address() as AddressInfo;
  const run = start({ PORT: String(port) });
  expect(await run.exited).toBe(1);
  expect(run.output()).toContain(`Port ${port} on ::1 is taken`);
  occupant.close();
});
