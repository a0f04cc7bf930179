import { randomUUID } from 'node:crypto';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRecallIds } from './recall-ids.ts';

const HOUR = 3_600_000;
const url = process.env['TEST_REDIS_URL'];

describe.skipIf(!url)('a recall id', () => {
  const clock = new FakeClock();
  let redis: RedisConnection;
  let prefix: string;
  beforeAll(async () => {
    redis = await connectRedis({ url: url ?? '' }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
  });
  afterAll(() => redis.close());
  beforeEach(() => {
    prefix = `test:${randomUUID()}`;
  });

  const createProcess = () => createRecallIds({ redis, prefix, clock });
  const keyOf = (key: string) => `${prefix}:{${key}}:ticket`;

  it('is new for the first process, then the same for all, with the time of its first call', async () => {
    const [one, other] = [createProcess(), createProcess()];
    const first = await one.getOrCreate('rose');
    const sentAt = clock.now();
    expect(Object.keys(first)).toEqual(['customId']);
    clock.advance(1_000);
    for (const process of [one, other]) {
      expect(await process.getOrCreate('rose')).toEqual({ customId: first.customId, sentAt });
    }
  });

  it('is created once for concurrent processes', async () => {
    const recallIds = await Promise.all(Array.from({ length: 20 }, () => createProcess().getOrCreate('rose')));
    expect(new Set(recallIds.map(({ customId }) => customId)).size).toBe(1);
    expect(recallIds.filter(({ sentAt }) => sentAt === undefined)).toHaveLength(1);
  });

  it('is a number from 1 up to 2^31, another one for each question', async () => {
    const recallIds = createProcess();
    const numbers = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => (await recallIds.getOrCreate(`rose ${index}`)).customId),
    );
    expect(new Set(numbers).size).toBe(200);
    for (const number of numbers) expect(number > 0 && number < 2 ** 31 && Number.isInteger(number)).toBe(true);
  });

  it('never has the number of another question of any process', async () => {
    const drawn = [7, 7, 7, 8];
    const randomNumber = () => drawn.shift() ?? 9;
    const [one, other] = [1, 2].map(() => createRecallIds({ redis, prefix, clock, randomNumber }));
    expect(await one?.getOrCreate('rose')).toEqual({ customId: 7 });
    one?.discard('rose');
    expect(await other?.getOrCreate('oak')).toEqual({ customId: 8 });
  });

  it('keeps its number for two days longer than its own TTL', async () => {
    const numberOf = (customId: number) => `${prefix}:custom_id:${customId}`;
    const { customId } = await createProcess().getOrCreate('rose');
    expect(await redis.client.get(numberOf(customId))).toBe('rose');
    await redis.client.pexpire(numberOf(customId), 5_000);
    await createProcess().getOrCreate('rose');
    await expect.poll(() => redis.client.pttl(numberOf(customId))).toBeGreaterThan(54 * HOUR - 10_000);
  });

  it('lives for six hours after its last use', async () => {
    await createProcess().getOrCreate('rose');
    await redis.client.pexpire(keyOf('rose'), 5_000);
    await createProcess().getOrCreate('rose');
    const left = await redis.client.pttl(keyOf('rose'));
    expect(left).toBeGreaterThan(6 * HOUR - 10_000);
    expect(left).toBeLessThanOrEqual(6 * HOUR);
  });

  it('is deleted when its answer is cached', async () => {
    const recallIds = createProcess();
    const { customId } = await recallIds.getOrCreate('rose');
    recallIds.discard('rose');
    await expect.poll(() => redis.client.exists(keyOf('rose'))).toBe(0);
    const next = await recallIds.getOrCreate('rose');
    expect({ sentAt: next.sentAt, isSameNumber: next.customId === customId }).toEqual({
      sentAt: undefined,
      isSameNumber: false,
    });
  });

  it('of another call is not deleted', async () => {
    const [late, other] = [createProcess(), createProcess()];
    await late.getOrCreate('rose');
    await redis.client.del(keyOf('rose'));
    const { customId } = await other.getOrCreate('rose');
    late.discard('rose');
    expect(await createProcess().getOrCreate('rose')).toMatchObject({ customId, sentAt: clock.now() });
  });

  it('is stored again by the process that knows it after Redis lost it', async () => {
    const [one, other] = [createProcess(), createProcess()];
    const { customId } = await one.getOrCreate('rose');
    await redis.client.del(keyOf('rose'));
    await one.getOrCreate('rose');
    expect(await other.getOrCreate('rose')).toEqual({ customId, sentAt: clock.now() });
  });

  it('is forgotten by a process whose answer does not count', async () => {
    const recallIds = createProcess();
    await recallIds.getOrCreate('rose');
    await redis.client.del(keyOf('rose'));
    recallIds.forget('rose');
    expect((await recallIds.getOrCreate('rose')).sentAt).toBeUndefined();
  });

  it.each(['"rubbish"', '{"customId":0,"sentAt":1}', '{"customId":2147483648,"sentAt":1}'])(
    'is written over %s',
    async (bytes) => {
      await redis.client.set(keyOf('rose'), bytes);
      const { customId } = await createProcess().getOrCreate('rose');
      expect(await createProcess().getOrCreate('rose')).toMatchObject({ customId, sentAt: clock.now() });
    },
  );
});

describe('a recall id without Redis', () => {
  it('is known in this process for six hours', async () => {
    const clock = new FakeClock();
    const redis = await connectRedis({ url: 'unix:///nowhere/redis.sock' }, { timeoutMs: 100, readyWaitMs: 0 });
    const recallIds = createRecallIds({ redis, prefix: 'answer', clock });
    const { customId } = await recallIds.getOrCreate('rose');
    const sentAt = clock.now();
    clock.advance(6 * HOUR - 1);
    expect(await recallIds.getOrCreate('rose')).toEqual({ customId, sentAt });
    clock.advance(1);
    expect((await recallIds.getOrCreate('rose')).sentAt).toBeUndefined();
    recallIds.discard('rose');
    expect((await recallIds.getOrCreate('rose')).sentAt).toBeUndefined();
    await redis.close();
  });
});
