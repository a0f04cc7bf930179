import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, isDatabaseUnavailable, openDatabase } from '@plantcommunity/db';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realServices, type TestServices, whyNoRealServices } from './test-services.ts';

/** Twice the maximum wait of a caller. */
const BOUND_MS = 10_000;

describe.skipIf(whyNoRealServices() !== undefined)('a PostgreSQL server', () => {
  let services: TestServices;
  let database: Database;
  const lines: string[] = [];
  beforeAll(async () => {
    services = await realServices();
    database = openDatabase({ url: services.environment.TEST_DATABASE_URL, poolSize: 4 });
    database.subscribe((event) => lines.push(event.type));
  });
  afterAll(async () => {
    await database.close();
    await services.close();
  });

  /** Sends a signal to the server and to the process of each of its connections. */
  function signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    const folder = new URL(services.environment.TEST_DATABASE_URL).searchParams.get('host') ?? '';
    const [first = ''] = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
    const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').split(' ').filter(Boolean);
    for (const id of [first, ...children]) process.kill(Number(id), name);
  }

  const one = () => database.client.$queryRaw<{ n: number }[]>`SELECT 1 AS n`;
  const users = () => database.client.$transaction((transaction) => transaction.user.count());
  const becomes = (type: 'lost' | 'ready') =>
    new Promise<void>((resolve) => {
      const stop = database.subscribe((event) => {
        if (event.type !== type) return;
        stop();
        resolve();
      });
    });

  async function failing(work: readonly Promise<unknown>[]) {
    const began = performance.now();
    const results = await Promise.allSettled(work);
    return {
      areUnavailable: results.every((result) => result.status === 'rejected' && isDatabaseUnavailable(result.reason)),
      tookMs: performance.now() - began,
    };
  }

  it('that is stopped fails all work within 5 s, and serves again once it continues', async () => {
    expect(await Promise.all([one(), one(), users()])).toHaveLength(3);
    signal('SIGSTOP');
    const first = await failing([one(), one(), one(), one(), one(), users(), users()]);
    const second = await failing([one(), users()]);
    const ping = await failing([database.ping()]);
    const ready = becomes('ready');
    signal('SIGCONT');
    expect(ping.areUnavailable).toBe(true);
    expect(first.areUnavailable).toBe(true);
    expect(first.tookMs).toBeLessThan(BOUND_MS);
    expect(second.areUnavailable).toBe(true);
    expect(second.tookMs).toBeLessThan(1_000);
    await ready;
    expect(await Promise.all([one(), one(), one(), one(), users()])).toHaveLength(5);
    expect(lines).toEqual(['lost', 'ready']);
  });

  it('that is killed is noticed without any work, which fails at once', async () => {
    lines.length = 0;
    await Promise.all([one(), one()]);
    const lost = becomes('lost');
    signal('SIGKILL');
    await lost;
    const work = await failing([one(), users(), database.ping()]);
    expect(work.areUnavailable).toBe(true);
    expect(work.tookMs).toBeLessThan(1_000);
    expect({ isUp: database.isUp, lines }).toEqual({ isUp: false, lines: ['lost'] });
  });
});
