import { randomUUID } from 'node:crypto';
import type { RedisConnection } from '@plantcommunity/resilience';
import { testRedisUrl } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { NO_REDIS, request, testFlow } from '../identify/testing/test-flow.ts';
import type { ProviderAnswer } from '../types.ts';
import { ProviderError, type ProviderErrorType } from './provider-error.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

const line = z.object({ level: z.union([z.number(), z.string()]), msg: z.string() });
const failing =
  (type: ProviderErrorType, status: number, retryAfterMs?: number) => async (): Promise<ProviderAnswer> => {
    throw new ProviderError('plant_id', type, 'as scripted', { status, retryAfterMs });
  };

describe.skipIf(!testRedisUrl)('the access to a provider, over several instances', () => {
  let prefix: string;
  let connections: RedisConnection[];
  let logged: string[];
  beforeEach(() => {
    prefix = `test:${randomUUID()}`;
    connections = [];
    logged = [];
  });
  afterEach(async () => {
    await Promise.all(connections.map((redis) => redis.close()));
  });

  async function instance() {
    const write = (text: string) => void logged.push(line.parse(JSON.parse(text)).msg);
    const logger = createLogger({ level: 'error', destination: { write } });
    const one = await testFlow({ prefix, logger });
    connections.push(one.redis);
    return one;
  }
  type Instance = Awaited<ReturnType<typeof instance>>;

  const statusAt = async ({ identify }: Instance, seed: number) =>
    (await identify(request({}, seed))).providers.plant_id.status;
  const calls = (...all: Instance[]) => all.map(({ providers }) => providers.plant_id.calls.length);

  it('is disabled for all as soon as one sees the API key rejected, which is logged once', async () => {
    const all = [await instance(), await instance(), await instance()] as const;
    for (const { providers } of all) providers.plant_id.answer = failing('misconfigured', 401);
    for (let round = 1; round <= 3; round += 1) {
      for (const [index, one] of all.entries()) {
        expect(await statusAt(one, 3 * round + index)).toBe('misconfigured');
        await expect.poll(() => logged).toHaveLength(1);
      }
    }
    expect(calls(...all)).toEqual([1, 0, 0]);
    expect(logged).toEqual(['The provider rejects the API key and is disabled until it accepts the key']);
    expect(all.map(({ healths }) => healths().plant_id?.state)).toEqual(
      Array.from({ length: 3 }, () => 'misconfigured'),
    );
  });

  it.each(['misconfigured', 'quota'] as const)('tells of the fault %s once until a call succeeds', async (type) => {
    const one = await instance();
    const { answer } = one.providers.plant_id;
    for (let outage = 1; outage <= 2; outage += 1) {
      one.providers.plant_id.answer = failing(type, type === 'quota' ? 402 : 401);
      await statusAt(one, 10 * outage);
      await expect.poll(() => one.accessFaults).toHaveLength(outage);
      await statusAt(one, 10 * outage + 1);
      one.providers.plant_id.answer = answer;
      // The quota period of a month and the pause before a probe are over.
      one.clock.advance(40 * DAY);
      await expect.poll(() => statusAt(one, 10 * outage + 2)).toBe('answered');
    }
    expect(one.accessFaults).toEqual(['plant_id', 'plant_id']);
  });

  it('is still disabled after a restart', async () => {
    const before = await instance();
    before.providers.plant_id.answer = failing('misconfigured', 403);
    await statusAt(before, 1);
    await expect.poll(() => logged).toHaveLength(1);
    const after = await instance();
    await after.start();
    expect(after.healths().plant_id).toMatchObject({ available: false, state: 'misconfigured' });
    expect(await statusAt(after, 2)).toBe('misconfigured');
    expect({ calls: calls(after), logged: logged.length }).toEqual({ calls: [0], logged: 1 });
  });

  it('is enabled for all again after one successful probe', async () => {
    const [one, other] = [await instance(), await instance()];
    await other.start();
    // The start polls the usage once.
    const probesAtStart = other.providers.plant_id.probes;
    const { answer } = one.providers.plant_id;
    one.providers.plant_id.answer = failing('misconfigured', 401);
    await statusAt(one, 1);
    await expect.poll(() => logged).toHaveLength(1);
    expect(one.healths().plant_id).toMatchObject({ misconfiguredSince: one.clock.now() });
    other.clock.advance(5_000);
    await expect.poll(() => other.healths().plant_id?.state).toBe('misconfigured');
    one.providers.plant_id.answer = answer;
    one.clock.advance(MINUTE);
    await statusAt(one, 2);
    await expect.poll(() => one.healths().plant_id?.state).toBe('closed');
    expect({ one: one.providers.plant_id.probes, other: other.providers.plant_id.probes }).toEqual({
      one: 1,
      other: probesAtStart,
    });
    const stateAfter5s = () => {
      other.clock.advance(5_000);
      return other.healths().plant_id?.state;
    };
    await expect.poll(stateAfter5s).toBe('closed');
    expect(await statusAt(other, 3)).toBe('answered');
  });

  it('is logged once while probes succeed and calls fail, and once more after a successful call', async () => {
    const one = await instance();
    const { answer } = one.providers.plant_id;
    for (let outage = 1; outage <= 2; outage += 1) {
      one.providers.plant_id.answer = failing('misconfigured', 401);
      for (let minute = 1; minute <= 3; minute += 1) {
        await statusAt(one, 10 * outage + minute);
        await expect.poll(() => logged).toHaveLength(outage);
        one.clock.advance(MINUTE);
        expect(one.healths().plant_id?.state).toBe('misconfigured');
        await expect.poll(() => one.healths().plant_id?.state).toBe('closed');
      }
      one.providers.plant_id.answer = answer;
      expect(await statusAt(one, 10 * outage)).toBe('answered');
    }
    expect(one.providers.plant_id.calls).toHaveLength(8);
  });

  it('is not used after a 402 until its period ends, which is logged once and shown by health', async () => {
    const [one, other] = [await instance(), await instance()];
    for (const { providers } of [one, other]) providers.plant_id.answer = failing('quota', 402, 20 * DAY);
    for (let day = 0; day < 3; day += 1) {
      for (const [index, ours] of [one, other].entries()) expect(await statusAt(ours, 2 * day + index)).toBe('quota');
      for (const { clock } of [one, other]) clock.advance(DAY);
    }
    await expect.poll(() => logged).toHaveLength(1);
    expect(calls(one, other)).toEqual([1, 0]);
    expect(logged[0]).toMatch(/requires payment/);
    expect([one, other].map(({ healths }) => healths().plant_id)).toMatchObject([
      { available: true, outOfQuota: true },
      { available: true, outOfQuota: true },
    ]);
    const scrapes = await Promise.all([one, other].map(({ scrape }) => scrape()));
    const labels = { provider: 'plant_id', fault: 'unpaid' };
    expect(scrapes.map(({ value }) => value('plantcommunity_provider_fault', labels))).toEqual([1, 1]);
  });

  it('is unpaid for all since the first 402, until a usage report has credits again', async () => {
    const [one, other] = [await instance(), await instance()];
    const firstAt = one.clock.now();
    one.providers.plant_id.answer = failing('quota', 402, 20 * DAY);
    await statusAt(one, 1);
    await expect.poll(() => logged).toHaveLength(1);
    await other.start();
    const unpaidSince = (ours: Instance) => ours.healths().plant_id?.unpaidSince;
    await expect.poll(() => [one, other].map(unpaidSince)).toEqual([firstAt, firstAt]);
    // The usage report of the start came too soon after the refusal to end it.
    other.clock.advance(60 * MINUTE);
    await expect.poll(() => unpaidSince(other)).toBeUndefined();
  });

  it('is unpaid as soon as a usage report says so', async () => {
    const one = await instance();
    one.providers.plant_id.usage = async () => ({ windows: {}, exhausted: true, isUnpaid: true });
    await one.start();
    await expect.poll(() => one.healths().plant_id).toMatchObject({ unpaidSince: one.clock.now() });
  });
});

describe('the access to a provider without Redis', () => {
  it('is disabled in this process, which logs it once', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'error', destination: { write: (text) => void lines.push(text) } });
    const { identify, providers } = await testFlow({ logger, redisUrl: NO_REDIS });
    providers.plant_id.answer = failing('misconfigured', 401);
    for (const seed of [1, 2, 3]) {
      expect((await identify(request({}, seed))).providers.plant_id.status).toBe('misconfigured');
    }
    expect({ plantId: providers.plant_id.calls.length, lines: lines.length }).toEqual({ plantId: 1, lines: 1 });
  });
});
