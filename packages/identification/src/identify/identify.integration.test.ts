import { randomUUID } from 'node:crypto';
import type { RedisConnection } from '@plantcommunity/resilience';
import { testRedisUrl } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '../providers/provider-error.ts';
import type { ProviderAnswer } from '../types.ts';
import { BUSY, request, testFlow } from './testing/test-flow.ts';

const DAY = 86_400_000;

const poor: ProviderAnswer = {
  provider: 'plant_id',
  isPlant: true,
  candidates: [{ scientificName: 'Aloe vera', commonNames: [], score: 0.2, images: [] }],
};

describe.skipIf(!testRedisUrl)('identify at several instances on one Redis', () => {
  let prefix: string;
  let connections: RedisConnection[];
  beforeEach(() => {
    prefix = `test:${randomUUID()}`;
    connections = [];
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(connections.map((redis) => redis.close()));
  });

  async function instance(given: Parameters<typeof testFlow>[0] = {}) {
    const one = await testFlow({ prefix, ...given });
    connections.push(one.redis);
    return one;
  }

  /** A release that was published before its subscription stood is noticed after a quarter of a second. */
  function passing<T>(flows: readonly Awaited<ReturnType<typeof instance>>[], work: Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      for (const { clock } of flows) clock.advance(250);
    }, 50);
    return work.finally(() => clearInterval(timer));
  }

  it('shares the Redis look-ups of concurrent requests for one photo', async () => {
    const one = await instance();
    // The usual duration of calls is known after five of them.
    for (let seed = 1; seed <= 6; seed += 1) await one.identify(request({}, seed));
    const get = vi.spyOn(one.redis.client, 'get');
    const mget = vi.spyOn(one.redis.client, 'mget');
    await Promise.all(Array.from({ length: 50 }, () => one.identify(request({}, 7))));
    const departed = get.mock.calls.filter(([key]) => key.endsWith(':departed'));
    // One for each provider, and one more before its call is sent; some requests come a moment later.
    expect(mget.mock.calls.length).toBeLessThanOrEqual(12);
    expect(departed.length).toBeLessThanOrEqual(6);
    expect(one.providers.plant_id.calls).toHaveLength(7);
  });

  it('lets a request at another instance wait 10 s for a late call', async () => {
    const [one, other] = [await instance(), await instance()];
    const { answer } = other.providers.plant_id;
    other.providers.plant_id.answer = (...given) => {
      other.clock.advance(2_000);
      return answer(...given);
    };
    for (let seed = 1; seed <= 6; seed += 1) await other.identify(request({}, seed));
    one.clock.advance(12_000);
    one.providers.plant_id.answer = () => new Promise(() => undefined);
    void one.identify(request({}, 7)).catch(() => undefined);
    await one.providers.plant_id.called(1);
    for (const { clock } of [one, other]) clock.advance(5_000);
    const began = other.clock.monotonic();
    const late = await passing([other], other.identify(request({}, 7)));
    expect(late.providers).toMatchObject({ plant_id: { status: 'timeout' }, plantnet: { status: 'answered' } });
    expect(other.clock.monotonic() - began).toBeLessThan(20_000);
    expect([one, other].map(({ providers }) => providers.plant_id.calls.length)).toEqual([1, 6]);
  });

  it('asks a provider only once about a project that it rejects', async () => {
    const [one, other] = [await instance({ off: 'plant_id' }), await instance({ off: 'plant_id' })];
    for (const { providers } of [one, other]) {
      providers.plantnet.answer = async () => {
        throw new ProviderError('plantnet', 'rejected', 'as scripted', { status: 404, rejected: 'project' });
      };
    }
    const options = { includeDiseases: true, organs: [], project: 'k-nowhere' };
    for (const [photo, { identify }] of [one, other, other, one].entries()) {
      await expect(identify(request({ options }, photo))).rejects.toMatchObject({ rejected: ['project'] });
    }
    expect({ one: one.providers.plantnet.calls.length, other: other.providers.plantnet.calls.length }).toEqual({
      one: 1,
      other: 0,
    });
  });

  it('calls a provider once for all instances', async () => {
    const [one, other] = [await instance(), await instance()];
    const answer = Promise.withResolvers<void>();
    for (const { providers } of [one, other]) {
      const { answer: give } = providers.plant_id;
      providers.plant_id.answer = async (...given) => {
        await answer.promise;
        return await give(...given);
      };
    }
    const calls = () => one.providers.plant_id.calls.length + other.providers.plant_id.calls.length;
    const answers = [one, one, other, other].map(({ identify }) => identify(request()));
    await expect.poll(calls).toBeGreaterThan(0);
    answer.resolve();
    const identifications = await passing([one, other], Promise.all(answers));
    for (const identification of identifications) {
      expect(identification).toMatchObject({ partial: false, stale: false, confidence: 0.95 });
    }
    expect(calls()).toBe(1);
    expect(one.providers.plantnet.calls.length + other.providers.plantnet.calls.length).toBe(1);
  });

  it('names provider, host and process in the lease, as operators expect', async () => {
    const lines: string[] = [];
    const { identify } = await instance({
      logger: createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } }),
    });
    await identify(request());
    const id = `plant_id-[^ ]+-${process.pid}-\\d+`;
    expect(
      lines.filter((line) =>
        new RegExp(`Lock acquired for [0-9a-f]{8}\\.\\.\\. after \\d+ms \\(id: ${id}\\)`).test(line),
      ),
    ).toHaveLength(1);
    expect(lines.filter((line) => line.includes('[LOCK]') && line.includes('plantnet'))).toEqual([]);
  });

  it('refreshes an answer once in the background before its TTL ends, and both instances get the new one', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1 - Number.EPSILON);
    const [one, other] = [await instance(), await instance()];
    const { clock, decodes, identify, providers, saved } = one;
    const { answer } = providers.plant_id;
    providers.plant_id.answer = async (...given) => {
      clock.advance(2_000);
      return await answer(...given);
    };
    await identify(request());
    clock.advance(DAY - 3_000);
    other.clock.advance(DAY - 1_000);
    const next = Promise.withResolvers<ProviderAnswer>();
    providers.plant_id.answer = () => next.promise;

    expect(await identify(request({ ownerId: 'gardener' }))).toMatchObject({ cached: true, stale: false });
    expect(saved[0]?.photos[0]).not.toHaveProperty('normalized');
    await providers.plant_id.called(2);
    expect(new Set(decodes).size).toBe(1);
    expect(await other.identify(request())).toMatchObject({ cached: true, confidence: 0.95 });

    next.resolve({ ...poor, candidates: [{ scientificName: 'Aloe vera', commonNames: [], score: 0.99, images: [] }] });
    await expect.poll(async () => (await identify(request())).confidence).toBe(0.99);
    other.clock.advance(5_000);
    expect(await other.identify(request())).toMatchObject({ stale: false, confidence: 0.99 });
    expect(other.providers.plant_id.calls).toHaveLength(0);
  });

  it('does not refresh for a caller with a daily share: a cached answer costs nothing', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1 - Number.EPSILON);
    const { clock, identify, providers, settled } = await instance();
    const { answer } = providers.plant_id;
    providers.plant_id.answer = async (...given) => {
      clock.advance(2_000);
      return await answer(...given);
    };
    await identify(request());
    clock.advance(DAY - 3_000);
    const reserved: number[] = [];
    const reserve = async (credits: number) => {
      reserved.push(credits);
      return { allowed: true, settle: () => undefined } as const;
    };
    const spending = { onSent: () => undefined, reserve };
    expect(await identify(request({ spending }))).toMatchObject({ cached: true, stale: false });
    await settled();
    expect({ reserved, plantId: providers.plant_id.calls.length }).toEqual({ reserved: [], plantId: 1 });
    // Who has none, such as a paid tier, still has it asked anew.
    await identify(request({ spending: { onSent: () => undefined } }));
    await providers.plant_id.called(2);
  });

  it('does not replace a better answer of another instance with a poor one', async () => {
    const [one, other] = [await instance(), await instance()];
    await one.identify(request());
    other.clock.advance(DAY);
    other.providers.plant_id.answer = async () => poor;
    expect(await other.identify(request())).toMatchObject({ stale: true, confidence: 0.95 });
    expect(other.providers.plant_id.calls).toHaveLength(1);
  });

  it('serves a stale answer of another instance while the provider is down', async () => {
    const [one, other] = [await instance(), await instance()];
    await one.identify(request());
    other.clock.advance(DAY);
    other.providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', 'failed', 'as scripted'));
    expect(await other.identify(request())).toMatchObject({ stale: true, partial: false, confidence: 0.95 });
  });

  it('gives the owner the answer of another instance while no photo can be normalized here, and stores the photo later', async () => {
    const [one, other] = [await instance(), await instance({ decodeError: BUSY })];
    const answer = Promise.withResolvers<void>();
    for (const provider of [one.providers.plant_id, one.providers.plantnet]) {
      const { answer: give } = provider;
      provider.answer = async (...given) => {
        await answer.promise;
        return await give(...given);
      };
    }
    const calls = ({ providers }: typeof one) => providers.plant_id.calls.length + providers.plantnet.calls.length;
    const first = one.identify(request());
    await Promise.all([one.providers.plant_id.called(1), one.providers.plantnet.called(1)]);
    const second = other.identify(request({ ownerId: 'gardener' }));
    await expect.poll(() => other.decodes.length).toBe(1);
    answer.resolve();
    await Promise.all([first, passing([one, other], second)]);

    expect(await second).toMatchObject({ id: 'ID1', partial: false, confidence: 0.95 });
    expect(calls(other)).toBe(0);
    expect(other.saved[0]?.photos[0]).not.toHaveProperty('normalized');
    await expect.poll(() => other.decodes.length).toBe(2);
    other.decoding.error = undefined;
    other.clock.advance(5_000);
    await expect.poll(() => other.storedPhotos.get('ID1')).toHaveLength(1);
  });

  it('shares one recall id until the answer is cached, and deletes it then', async () => {
    const [one, other] = [await instance(), await instance()];
    const { answer } = one.providers.plant_id;
    one.providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', 'timeout', 'as scripted'));
    await one.identify(request());
    const storedIds = () => one.redis.client.keys(`${prefix}:answer:{plant_id:*}:ticket`);
    expect(await storedIds()).toHaveLength(1);
    other.providers.plant_id.answer = answer;
    await other.identify(request());
    expect(other.providers.plant_id.recallIds).toEqual([
      { customId: one.providers.plant_id.recallIds[0]?.customId, sentAt: one.clock.now() },
    ]);
    await expect.poll(storedIds).toEqual([]);
  });
});
