import type { RedisConnection } from '@plantcommunity/resilience';
import { connectTestRedis, FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identification } from '../types.ts';
import { createFreeRetries, type FreeRetries, withFreeRetries } from './free-retries.ts';
import type { IdentifyRequest } from './service.ts';

const HOUR_MS = 3_600_000;
const logger = createLogger({ level: 'silent' });
let connections: RedisConnection[] = [];

beforeAll(async () => {
  connections = await Promise.all([connectTestRedis(), connectTestRedis()]);
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
});

function instance(index = 0, validMs = HOUR_MS): { redis: RedisConnection; freeRetries: FreeRetries } {
  const redis = connections[index];
  if (redis === undefined) throw new Error('no such instance');
  return { redis, freeRetries: createFreeRetries({ validMs, redis, logger }) };
}

const photo = (hash: string) => ({ name: 'a.jpg', declaredType: 'image/jpeg', size: 0, bytes: Buffer.alloc(0), hash });

function request(given: Partial<IdentifyRequest> = {}): IdentifyRequest {
  return {
    requestId: crypto.randomUUID(),
    photos: [photo(crypto.randomUUID())],
    options: { includeDiseases: true, organs: [], language: 'en' },
    trackProgress: false,
    signal: new AbortController().signal,
    ...given,
  };
}

describe('a granted free retry', () => {
  it('is redeemed once, by any instance, for the same caller, photos in order and options', async () => {
    const { freeRetries: here } = instance(0);
    const { freeRetries: there } = instance(1);
    const photos = [photo('aa'), photo('bb')];
    const question = request({ ownerId: crypto.randomUUID(), photos });
    await here.grant(question, 0);
    expect(await there.redeem({ ...question, photos: photos.toReversed() })).toBe(false);
    expect(await there.redeem({ ...question, options: { ...question.options, language: 'de' } })).toBe(false);
    expect(await there.redeem({ ...question, ownerId: crypto.randomUUID() })).toBe(false);
    expect(await there.redeem(question)).toBe(true);
    expect(await here.redeem(question)).toBe(false);
  });

  it('expires when the answer that was paid for is no longer cached', async () => {
    const { freeRetries, redis } = instance(0, 60_000);
    const ownerId = crypto.randomUUID();
    const question = request({ ownerId });
    await freeRetries.grant(question, 60_000);
    expect(await freeRetries.redeem(question)).toBe(false);
    await freeRetries.grant(question, 20_000.5);
    const [key = ''] = await redis.client.keys(`reask:identify:user:${ownerId}:*`);
    const left = await redis.client.pttl(key);
    expect(left).toBeGreaterThan(30_000);
    expect(left).toBeLessThan(40_000);
  });
});

const whole: Identification = {
  demo: false,
  partial: false,
  cached: false,
  stale: false,
  isPlant: true,
  suggestions: [],
  providers: { plant_id: { status: 'answered' }, plantnet: { status: 'answered' } },
};

const partial: Identification = { ...whole, partial: true };

describe('an identification', () => {
  const clock = new FakeClock();

  /** Sends the requests one after the other, with these answers, and returns which were billed. */
  async function charge(requests: readonly IdentifyRequest[], answers: readonly Identification[]) {
    const left = [...answers];
    const identify = withFreeRetries(async () => left.shift() ?? whole, { ...instance(), clock });
    const results: ('billed' | 'free')[] = [];
    for (const question of requests) results.push((await identify(question)).billable ? 'billed' : 'free');
    return results;
  }

  it('is free when it repeats one with a partial answer, once for each', async () => {
    const question = request();
    expect(await charge([question, question, question, question], [partial, partial, whole, whole])).toEqual([
      'billed',
      'free',
      'free',
      'billed',
    ]);
  });

  it('is billable when it repeats one with a whole answer', async () => {
    const question = request();
    expect(await charge([question, question], [whole, whole])).toEqual(['billed', 'billed']);
  });

  it('is billable with other photos, or for another caller', async () => {
    const question = request();
    const others = [request(), { ...question, ownerId: crypto.randomUUID() }];
    expect(await charge([question, ...others, question], [partial, whole, whole, whole])).toEqual([
      'billed',
      'billed',
      'billed',
      'free',
    ]);
  });

  it.each([
    ['language', { language: 'de' }],
    ['location', { location: { latitude: 48.1, longitude: 11.6 } }],
    ['health assessment', { includeDiseases: false }],
  ])('is billable with another %s: both providers are asked, and one is paid', async (_, options) => {
    const question = request();
    const other = { ...question, options: { ...question.options, ...options } };
    expect(await charge([question, other], [partial, whole])).toEqual(['billed', 'billed']);
  });

  it('leaves a free retry unused when its answer is cached', async () => {
    const question = request();
    const cached = { ...partial, cached: true };
    expect(await charge([question, question, question], [partial, cached, whole])).toEqual([
      'billed',
      'billed',
      'free',
    ]);
  });

  it('grants a free retry that expires a fixed time after its start, since a provider was paid before the answer', async () => {
    const { freeRetries, redis } = instance(0, 60_000);
    const slow = async () => {
      clock.advance(10_000);
      return partial;
    };
    const ownerId = crypto.randomUUID();
    await withFreeRetries(slow, { freeRetries, clock })(request({ ownerId }));
    const [key = ''] = await redis.client.keys(`reask:identify:user:${ownerId}:*`);
    const left = await redis.client.pttl(key);
    expect(left).toBeGreaterThan(40_000);
    expect(left).toBeLessThanOrEqual(50_000);
  });
});
