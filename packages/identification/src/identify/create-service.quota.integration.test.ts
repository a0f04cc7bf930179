import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import type { RedisConnection } from '@plantcommunity/resilience';
import { connectTestRedis, FakeClock, testRedisUrl } from '@plantcommunity/resilience/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { OperatedService } from './service.ts';
import { createPlantIdService, leafRequest } from './testing/plant-id-only.ts';

const SIMULATOR = fileURLToPath(new URL('../../../../apps/provider-simulator/src/main.ts', import.meta.url));
const NOON = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

const listening = z.object({ listening: z.string() });
const counts = z.object({ plant_id: z.object({ all: z.number(), identify: z.number() }) });

/** Two instances of the service as it is wired, with a month of 10 credits, and the simulator in a process of its own. */
describe.skipIf(!testRedisUrl)('the service with a monthly quota', () => {
  let simulator: ChildProcess;
  let url: string;
  let database: Database;
  let connections: RedisConnection[];
  let services: OperatedService[];
  let clock: FakeClock;

  beforeEach(async () => {
    clock = new FakeClock(NOON);
    connections = [];
    services = [];
    simulator = fork(SIMULATOR, [], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const [line] = simulator.stdout === null ? [] : ((await once(simulator.stdout, 'data')) as unknown[]);
    url = listening.parse(JSON.parse(String(line))).listening;
    database = await openTestDatabase();
    await database.client.providerUse.deleteMany();
    const redis = await connect();
    const left = [...(await redis.keys('quota:{plant_id}:*')), ...(await redis.keys('answer:*plant_id*'))];
    if (left.length > 0) await redis.del(...left);
  });
  afterEach(async () => {
    for (const service of services) service.close();
    simulator.kill('SIGKILL');
    await Promise.all(connections.map((redis) => redis.close()));
    await database.close();
  });

  async function connect() {
    const connection = await connectTestRedis();
    connections.push(connection);
    return connection.client;
  }

  async function instance(): Promise<OperatedService> {
    await connect();
    const redis = connections.at(-1);
    if (redis === undefined) throw new Error('there is no connection');
    const lock = { waitMs: 30_000, ttlMs: 30_000 };
    const baseUrl = `${url}/api/v3`;
    const service = createPlantIdService({
      redis,
      baseUrl,
      timeoutMs: 30_000,
      lock,
      monthlyLimit: 10,
      database,
      clock,
    });
    services.push(service);
    await service.start();
    return service;
  }

  const identify = async (service: OperatedService, photo: number) => service.identify(await leafRequest(64 + photo));
  const fault = async (method: 'POST' | 'DELETE', body?: object) =>
    void (await fetch(`${url}/_faults`, { method, ...(body && { body: JSON.stringify(body) }) }));
  const requests = async () => counts.parse(await (await fetch(`${url}/_calls`)).json()).plant_id;
  const calls = async () => (await requests()).identify;

  it('stops at the last credit, and every instance knows the used share within a minute', async () => {
    const [one, other] = [await instance(), await instance()];
    expect({ one: one.quotaUse(), other: other.quotaUse() }).toEqual({ one: 0, other: 0 });
    for (let photo = 0; photo < 7; photo += 1) await identify(one, photo);
    expect(one.quotaUse()).toBe(0.7);
    clock.advance(MINUTE / 2);
    await expect.poll(() => other.quotaUse()).toBe(0.7);
    for (let photo = 7; photo < 10; photo += 1) await identify(other, photo);
    await expect(identify(one, 10)).rejects.toMatchObject({
      code: 'quota_exhausted',
      retryAfterMs: Date.UTC(2026, 11, 1) - clock.now(),
      provider: 'plant_id',
    });
    expect((await one.health()).providers.plant_id).toMatchObject({ available: true, outOfQuota: true });
    expect({ calls: await calls(), one: one.quotaUse() }).toEqual({ calls: 10, one: 1 });
  });

  it('continues from the usage in the database after Redis lost its data', async () => {
    const first = await instance();
    for (let photo = 0; photo < 4; photo += 1) await identify(first, photo);
    const written = () => database.client.providerUse.aggregate({ _sum: { count: true } });
    await expect.poll(written).toEqual({ _sum: { count: 4 } });
    first.close();
    const redis = await connect();
    await redis.del(...(await redis.keys('quota:{plant_id}:*')));
    // What the provider counts is lost with it.
    simulator.kill('SIGKILL');
    const next = await instance();
    await expect(identify(next, 4)).rejects.toMatchObject({ code: 'providers_resting' });
    expect(next.quotaUse()).toBe(0.4);
  });

  it('does not call a provider that reports no credits, until it reports some', async () => {
    const service = await instance();
    await fault('POST', { provider: 'plant_id', outOfCredits: true });
    for (const photo of [0, 1]) {
      await expect(identify(service, photo)).rejects.toMatchObject({ code: 'quota_exhausted' });
    }
    expect(await calls()).toBe(1);
    // The refusal makes the service ask for its usage once more, which must see that no credits are left.
    await expect.poll(async () => (await requests()).all).toBe(3);
    expect((await service.health()).providers.plant_id).toMatchObject({ available: true, outOfQuota: true });
    await fault('DELETE');
    const hasCredits = async () => (await service.health()).providers.plant_id.outOfQuota === undefined;
    const timers = clock.pendingTimers;
    clock.advance(4 * MINUTE);
    expect(await hasCredits()).toBe(false);
    // The next look at the usage is scheduled after this one, which reads Redis.
    await expect.poll(() => clock.pendingTimers).toBe(timers);
    clock.advance(MINUTE);
    await expect.poll(hasCredits).toBe(true);
    expect(await identify(service, 2)).toMatchObject({ identification: { cached: false } });
  });
});
