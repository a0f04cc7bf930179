import { Ratelimit } from '@upstash/ratelimit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestConnections, TRANSPORTS } from '../testing/test-connections.ts';
import { testRedisUrl, uniqueKey } from '../testing/test-redis.ts';

/** @upstash/ratelimit is written for Upstash; these tests show that it works over plain Redis, too. */
describe.skipIf(!testRedisUrl).each(TRANSPORTS)('@upstash/ratelimit over %s', (transport) => {
  let connections: TestConnections;

  beforeAll(async () => {
    connections = await TestConnections.open(transport);
  });
  afterAll(() => connections[Symbol.asyncDispose]());

  it.each([
    ['fixed window', Ratelimit.fixedWindow(50, '1 h')],
    ['sliding window', Ratelimit.slidingWindow(50, '1 h')],
    ['token bucket', Ratelimit.tokenBucket(50, '1 h', 50)],
  ])('allows exactly 50 of 210 concurrent requests over three connections: %s', async (_name, limiter) => {
    const prefix = uniqueKey('limit');
    const results = await Promise.all(
      connections.all.flatMap(({ client: redis }) => {
        const limit = new Ratelimit({ redis, limiter, prefix, ephemeralCache: false });
        return Array.from({ length: 70 }, () => limit.limit('caller'));
      }),
    );
    expect(results.filter(({ success }) => success)).toHaveLength(50);
  });

  it('goes on counting after Redis has lost its scripts, and refunds a request', async () => {
    const [{ client: redis }] = connections.all;
    const limit = new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(3, '1 h'),
      prefix: uniqueKey('limit'),
      ephemeralCache: false,
    });
    const request = async (rate = 1) => (await limit.limit('caller', { rate })).remaining;
    expect(await request()).toBe(2);
    await redis.scriptFlush();
    expect(await request()).toBe(1);
    expect(await request(-1)).toBe(2);
    expect(await limit.getRemaining('caller')).toMatchObject({ remaining: 2 });
  });
});
