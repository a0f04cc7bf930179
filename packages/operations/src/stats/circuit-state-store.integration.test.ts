import { randomUUID } from 'node:crypto';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CircuitStateStore, createCircuitStateStore } from './circuit-state-store.ts';

const MINUTE = 60_000;

let redis: RedisConnection;
let prefix: string;
let store: CircuitStateStore;
beforeAll(async () => {
  const url = process.env['TEST_REDIS_URL'] ?? '';
  redis = await connectRedis({ url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
});
afterAll(() => redis.close());
beforeEach(() => {
  prefix = `test:${randomUUID()}`;
  store = createCircuitStateStore({ redis, prefix });
});

/** Time since a state began, in whole minutes. */
const minutesAgo = ({ from }: { from: number }) => Math.round((Date.now() - from) / MINUTE);

describe('the states of circuits in Redis', () => {
  it('have a change once that several processes saw within two seconds', async () => {
    await store.exchange('plant_id', [
      { state: 'closed', ageMs: 20 * MINUTE },
      { state: 'open', ageMs: 10 * MINUTE },
    ]);
    const states = await store.exchange('plant_id', [
      { state: 'closed', ageMs: 20 * MINUTE + 1_900 },
      { state: 'open', ageMs: 10 * MINUTE - 1_900 },
      { state: 'half_open', ageMs: 9 * MINUTE },
    ]);
    expect(states.map((period) => `${period.state} ${minutesAgo(period)}`)).toEqual([
      'closed 20',
      'open 10',
      'half_open 9',
    ]);
    expect(await store.exchange('plantnet', [])).toEqual([]);
  });

  it('join repetitions whose times differ by more', async () => {
    await store.exchange('plant_id', [{ state: 'open', ageMs: 10 * MINUTE }]);
    const states = await store.exchange('plant_id', [{ state: 'open', ageMs: 8 * MINUTE }]);
    expect(states.map((period) => `${period.state} ${minutesAgo(period)}`)).toEqual(['open 10']);
  });

  it('are those of the last hour, and the one that lasted at its beginning', async () => {
    const states = await store.exchange('plant_id', [
      { state: 'open', ageMs: 120 * MINUTE },
      { state: 'half_open', ageMs: 100 * MINUTE },
      { state: 'closed', ageMs: 90 * MINUTE },
      { state: 'open', ageMs: 30 * MINUTE },
    ]);
    expect(states.map((period) => `${period.state} ${minutesAgo(period)}`)).toEqual(['closed 90', 'open 30']);
    expect(await redis.client.zcard(`${prefix}:states:plant_id`)).toBe(2);
    expect(await redis.client.pttl(`${prefix}:states:plant_id`)).toBeGreaterThan(0);
  });

  it('leave out a state that this version does not know', async () => {
    await redis.client.zadd(`${prefix}:states:plant_id`, { score: Date.now(), member: `${Date.now()} melted` });
    expect(await store.exchange('plant_id', [{ state: 'closed', ageMs: 5 * MINUTE }])).toMatchObject([
      { state: 'closed' },
    ]);
  });
});
