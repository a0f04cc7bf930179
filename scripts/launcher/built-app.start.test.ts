import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { root } from '../root.ts';
import { endAll, msUntilGone } from './stub-house/ending.ts';
import { npmStart, type Run } from './stub-house/npm-start.ts';

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

function start(environment: NodeJS.ProcessEnv = {}): Run {
  const run = npmStart(root, { DATA_DIR: dataDir, ...environment });
  runs.push(run);
  return run;
}

test('the built app makes its admin at the first start only, and is ready within 15 s at the second', {
  timeout: BUILD_MS,
}, async () => {
  const first = start();
  await first.ready;
  expect(first.output()).toMatch(/Password +\S{10,}/);
  const processes = first.processes();
  first.npm.kill('SIGTERM');
  expect(await msUntilGone(processes, IDLE_MS)).toBeLessThan(IDLE_MS);

  const begin = performance.now();
  const second = start();
  await second.ready;
  expect(performance.now() - begin).toBeLessThan(READY_MS);
  expect(second.output()).not.toContain('Building');
  expect(second.output()).not.toContain('Password');
  // Clients try either for localhost.
  for (const host of hosts) {
    const page = await fetch(`http://${host}:${second.port}/`);
    expect([host, page.status, page.headers.get('keep-alive')]).toEqual([host, 200, 'timeout=75']);
  }
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
      AUTH_SECRETS: 'for-tests-of-the-start-0123456789',
      METRICS_TOKEN: 'for-tests-of-the-start',
      PLANT_ID_API_KEY: 'for tests',
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
