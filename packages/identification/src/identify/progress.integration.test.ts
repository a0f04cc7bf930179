import { randomUUID } from 'node:crypto';
import { type RedisConnection, systemClock } from '@plantcommunity/resilience';
import { connectTestRedis } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProgressHub, type ProgressEvent } from './progress.ts';

let connections: RedisConnection[] = [];

beforeAll(async () => {
  connections = await Promise.all([connectTestRedis(), connectTestRedis()]);
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
});

/** Two instances of the product on one Redis. */
function instances() {
  const [here, there] = connections.map((redis) => createProgressHub({ redis, clock: systemClock }));
  if (here === undefined || there === undefined) throw new Error('two connections are needed');
  return { here, there };
}

async function collect(events: AsyncIterable<ProgressEvent>): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of events) types.push(type);
  return types;
}

it('progress is followed at another instance, in order, by a follower that came first', async () => {
  const { here, there } = instances();
  const id = randomUUID();
  const followed = collect(there.follow(id, 'gardener', new AbortController().signal));
  const tell = here.start(id, 'gardener');
  tell({ type: 'received', at: 0, photos: 1 });
  tell({ type: 'read', at: 1 });
  tell({ type: 'asking', at: 2, provider: 'plant_id' });
  tell({ type: 'comparing', at: 3 });
  tell({ type: 'done', at: 4, ok: true });
  expect(await followed).toEqual(['received', 'read', 'asking', 'comparing', 'done']);
});

it('progress shows only the last request when an id is used again', async () => {
  const { here, there } = instances();
  const id = randomUUID();
  here.start(id, 'neighbour')({ type: 'done', at: 0, ok: false });
  const tell = here.start(id, 'gardener');
  tell({ type: 'received', at: 0, photos: 1 });
  tell({ type: 'done', at: 1, ok: true });
  await expect
    .poll(() => collect(there.follow(id, 'gardener', AbortSignal.timeout(1_000))))
    .toEqual(['received', 'done']);
});

it('progress yields no event to another user at another instance', async () => {
  const { here, there } = instances();
  const id = randomUUID();
  const tell = here.start(id, 'gardener');
  tell({ type: 'done', at: 0, ok: true });
  await expect.poll(() => collect(there.follow(id, 'gardener', AbortSignal.timeout(1_000)))).toEqual(['done']);
  expect(await collect(there.follow(id, 'neighbour', AbortSignal.timeout(1_000)))).toEqual([]);
  expect(await collect(there.follow(id, undefined, AbortSignal.timeout(1_000)))).toEqual([]);
});
