import { randomUUID } from 'node:crypto';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInstanceRegistry } from './registry.ts';
import type { CircuitStates } from './standing.ts';

const closed: CircuitStates = { plant_id: 'closed', plantnet: 'off' };
const open: CircuitStates = { plant_id: 'open', plantnet: 'isolated' };

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

/** Puts a word into the hash as an instance would have said it some time ago, by the time of Redis. */
async function saidBefore(ms: number, said: string): Promise<void> {
  const [seconds] = await redis.client.time();
  await redis.client.hset(`${prefix}:instances`, { [randomUUID()]: `${seconds * 1_000 - ms} ${said}` });
}

describe('the roll call', () => {
  it('answers with the last word of each instance', async () => {
    const [here, there] = [createInstanceRegistry({ redis, prefix }), createInstanceRegistry({ redis, prefix })];
    await there.exchange(closed);
    await there.exchange(open);
    const words = await here.exchange(closed);
    expect(words.map(({ states: standing }) => standing)).toEqual(expect.arrayContaining([closed, open]));
    expect(words).toHaveLength(2);
    for (const { ageMs } of words) expect(ageMs).toBeLessThan(2_000);
  });

  it('forgets who said goodbye at once, and who fell silent after a minute', async () => {
    const [here, there] = [createInstanceRegistry({ redis, prefix }), createInstanceRegistry({ redis, prefix })];
    await there.exchange(closed);
    await there.leave();
    await saidBefore(61_000, JSON.stringify(closed));
    await saidBefore(30_000, JSON.stringify(closed));
    const words = await here.exchange(closed);
    expect(words.map(({ ageMs }) => Math.floor(ageMs / 10_000)).toSorted((a, b) => a - b)).toEqual([0, 3]);
    expect(await redis.client.hlen(`${prefix}:instances`)).toBe(2);
  });

  it('knows of an instance whose words are not ours, and drops what nobody said', async () => {
    await saidBefore(0, '{"plant_id":"melted","plantnet":"closed"}');
    await redis.client.hset(`${prefix}:instances`, { somebody: 'nonsense' });
    const words = await createInstanceRegistry({ redis, prefix }).exchange(closed);
    expect(words.map(({ states: standing }) => standing)).toEqual(expect.arrayContaining([undefined, closed]));
    expect(words).toHaveLength(2);
  });

  it('leaves nothing behind when all have gone without a word', async () => {
    await createInstanceRegistry({ redis, prefix }).exchange(closed);
    expect(await redis.client.pttl(`${prefix}:instances`)).toBeGreaterThan(0);
  });
});
