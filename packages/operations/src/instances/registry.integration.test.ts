import { randomUUID } from 'node:crypto';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInstanceRegistry, type OwnReport } from './registry.ts';

const held = { owner: 'plant_id-web-1-17-1', heldMs: 800 };
const closed: OwnReport = { states: { plant_id: 'closed', plantnet: 'off' }, leases: [] };
const open: OwnReport = {
  states: { plant_id: 'open', plantnet: 'isolated' },
  leases: [{ provider: 'plant_id', key: 'plant_id:7f3c9a01:0', photo: '7f3c9a01', held, waiting: 2 }],
};

let redis: RedisConnection;
let prefix: string;
beforeAll(async () => {
  const url = process.env['TEST_REDIS_URL'] ?? '';
  redis = await connectRedis({ url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
});
afterAll(() => redis.close());
beforeEach(() => {
  prefix = `test:${randomUUID()}`;
});

/** Adds a report that an instance made `ms` ago, by the time of Redis. */
async function addReport(ms: number, states: string): Promise<void> {
  const [seconds] = await redis.client.time();
  await redis.client.hset(`${prefix}:instances`, { [randomUUID()]: `${seconds * 1_000 - ms} ${states}` });
}

describe('the instance registry', () => {
  it('returns the last report of each instance', async () => {
    const [here, there] = [createInstanceRegistry({ redis, prefix }), createInstanceRegistry({ redis, prefix })];
    await there.exchange(closed);
    await there.exchange(open);
    const reports = await here.exchange(closed);
    expect(reports).toEqual(
      expect.arrayContaining([closed, open].map((report) => expect.objectContaining(report) as unknown)),
    );
    expect(reports).toHaveLength(2);
    for (const { ageMs } of reports) expect(ageMs).toBeLessThan(2_000);
  });

  it('forgets an instance that leaves at once, and a silent one after a minute', async () => {
    const [here, there] = [createInstanceRegistry({ redis, prefix }), createInstanceRegistry({ redis, prefix })];
    await there.exchange(closed);
    await there.leave();
    await addReport(61_000, JSON.stringify(closed));
    await addReport(30_000, JSON.stringify(closed));
    const reports = await here.exchange(closed);
    expect(reports.map(({ ageMs }) => Math.floor(ageMs / 10_000)).toSorted((a, b) => a - b)).toEqual([0, 3]);
    expect(await redis.client.hlen(`${prefix}:instances`)).toBe(2);
  });

  it('counts an instance whose report has an unknown state, and removes a malformed entry', async () => {
    await addReport(0, '{"states":{"plant_id":"melted","plantnet":"closed"},"leases":[]}');
    await redis.client.hset(`${prefix}:instances`, { malformed: 'nonsense' });
    const reports = await createInstanceRegistry({ redis, prefix }).exchange(closed);
    expect(reports.map(({ states }) => states)).toEqual(expect.arrayContaining([undefined, closed.states]));
    expect(reports).toHaveLength(2);
  });

  it('leaves out a lease of a provider that this version does not know', async () => {
    const [lease] = open.leases;
    await addReport(0, JSON.stringify({ ...open, leases: [{ ...lease, provider: 'another_provider' }, lease] }));
    const reports = await createInstanceRegistry({ redis, prefix }).exchange(closed);
    expect(reports.map(({ leases, states }) => ({ leases, states }))).toEqual(expect.arrayContaining([closed, open]));
  });

  it('expires when all instances have ended without leaving', async () => {
    await createInstanceRegistry({ redis, prefix }).exchange(closed);
    expect(await redis.client.pttl(`${prefix}:instances`)).toBeGreaterThan(0);
  });
});
