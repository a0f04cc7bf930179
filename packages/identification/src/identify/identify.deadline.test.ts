import type { ServerResponse } from 'node:http';
import { connectRedis } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { plantIdBody } from '../providers/testing/bodies.ts';
import { startStub } from '../providers/testing/stub-service.ts';
import { createPlantIdService, leafRequest } from './testing/plant-id-only.ts';
import { BUSY, PLANTNET_ANSWER, request, testFlow } from './testing/test-flow.ts';

const DEADLINE = 45_000;

/** Records the cost of a request: the calls that were sent for it, and the credits it was asked to pay. */
function account() {
  const sent: string[] = [];
  const settled: number[] = [];
  return {
    sent,
    settled,
    spending: {
      onSent: (provider: string) => void sent.push(provider),
      reserve: async () => ({ allowed: true, settle: (spent: number) => void settled.push(spent) }) as const,
    },
  };
}

async function slowReader() {
  const under = await testFlow({ quotas: { plant_id: { monthlyLimit: 1_000 } } });
  const read = Promise.withResolvers<void>();
  under.decoding.until = read.promise;
  return { ...under, read: () => read.resolve() };
}

/** Runs all pending work that does not wait for a timer. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the deadline of a request', () => {
  it('keeps a call from being sent whose photos were decoded after it', async () => {
    const { clock, decodes, identify, providers, read, service } = await slowReader();
    const accounts = Array.from({ length: 13 }, account);
    const answers = Promise.allSettled(accounts.map(({ spending }, n) => identify(request({ spending }, n))));
    await expect.poll(() => decodes.length).toBe(13);
    clock.advance(DEADLINE);
    const unavailable: unknown = expect.objectContaining({ code: 'providers_resting' });
    expect(await answers).toEqual(accounts.map(() => ({ status: 'rejected', reason: unavailable })));
    read();
    await settle();
    clock.advance(DEADLINE);
    await settle();
    expect({ plantId: providers.plant_id.calls.length, plantNet: providers.plantnet.calls.length }).toEqual({
      plantId: 0,
      plantNet: 0,
    });
    expect(accounts.map(({ sent, settled }) => ({ sent, settled }))).toEqual(
      accounts.map(() => ({ sent: [], settled: [0] })),
    );
    expect(service.quotaUse()).toBe(0);
  });

  it('does not keep a call from being sent for another request that still waits, which pays for it', async () => {
    const { clock, decodes, identify, providers, read } = await slowReader();
    const [early, late] = [account(), account()];
    const writtenOff = identify(request({ spending: early.spending })).catch((error: unknown) => error);
    await expect.poll(() => decodes.length).toBe(1);
    clock.advance(DEADLINE - 10_000);
    const waiting = identify(request({ spending: late.spending }));
    await expect.poll(() => decodes.length).toBe(2);
    clock.advance(10_000);
    expect(await writtenOff).toMatchObject({ code: 'providers_resting' });
    read();
    expect(await waiting).toMatchObject({ partial: false });
    expect({ plantId: providers.plant_id.calls.length, plantNet: providers.plantnet.calls.length }).toEqual({
      plantId: 1,
      plantNet: 1,
    });
    expect({ sent: early.sent, settled: early.settled }).toEqual({ sent: [], settled: [0] });
    expect({ sent: late.sent.toSorted(), settled: late.settled }).toEqual({
      sent: ['plant_id', 'plantnet'],
      settled: [2],
    });
  });

  it('does not abort a call in flight, which counts for the request and fills the cache', async () => {
    const { clock, identify, providers } = await testFlow({ off: 'plant_id' });
    const answered = Promise.withResolvers<typeof PLANTNET_ANSWER>();
    let aborted = false;
    providers.plantnet.answer = (_, signal) => {
      signal.addEventListener('abort', () => (aborted = true));
      return answered.promise;
    };
    const { sent, settled, spending } = account();
    const answer = identify(request({ spending })).catch((error: unknown) => error);
    await expect.poll(() => sent).toEqual(['plantnet']);
    clock.advance(DEADLINE);
    expect(await answer).toMatchObject({ code: 'providers_resting' });
    expect({ aborted, settled }).toEqual({ aborted: false, settled: [1] });
    answered.resolve(PLANTNET_ANSWER);
    await expect.poll(async () => (await identify(request())).cached).toBe(true);
    expect(providers.plantnet.calls).toHaveLength(1);
  });

  it('is irrelevant when the caller has left: no call is sent', async () => {
    const { decodes, identify, providers, read } = await slowReader();
    const leaving = new AbortController();
    const { sent, settled, spending } = account();
    const left = identify(request({ spending, signal: leaving.signal }));
    await expect.poll(() => decodes.length).toBe(1);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    read();
    await settle();
    expect({ calls: providers.plant_id.calls.length, sent, settled }).toEqual({ calls: 0, sent: [], settled: [0] });
  });

  it('is longer than the timeout of a provider that may take a minute', async () => {
    const answering = Promise.withResolvers<ServerResponse>();
    await using stub = await startStub(answering.resolve);
    const clock = new FakeClock();
    const redis = await connectRedis({ url: 'unix:///nowhere/redis.sock' }, { timeoutMs: 2_000, readyWaitMs: 0 });
    const lock = { waitMs: 65_000, ttlMs: 10_000 };
    const service = createPlantIdService({ redis, baseUrl: stub.url, timeoutMs: 60_000, lock, clock });
    const answer = service.identify(await leafRequest());
    const response = await answering.promise;
    clock.advance(59_000);
    response.writeHead(201).end(JSON.stringify(plantIdBody()));
    expect(await answer).toMatchObject({ identification: { partial: false, isPlant: true } });
    service.close();
    await redis.close();
  });
});

describe('the cost of a request', () => {
  it('is two credits with health, one without, and one of Pl@ntNet alone', async () => {
    const { identify } = await testFlow();
    const alone = await testFlow({ off: 'plant_id' });
    const [withHealth, without, plantNet] = [account(), account(), account()];
    await identify(request({ spending: withHealth.spending }));
    await identify(request({ spending: without.spending, options: { includeDiseases: false, organs: [] } }, 2));
    await alone.identify(request({ spending: plantNet.spending }));
    expect({ withHealth: withHealth.settled, without: without.settled, plantNet: plantNet.settled }).toEqual({
      withHealth: [2],
      without: [1],
      plantNet: [1],
    });
  });

  it('is nothing for cached answers, and for a call that another request pays for', async () => {
    const { identify } = await testFlow();
    const [first, joined, kept] = [account(), account(), account()];
    await Promise.all([first, joined].map(({ spending }) => identify(request({ spending }))));
    await identify(request({ spending: kept.spending }));
    expect({ first: first.settled, joined: joined.settled, kept: kept.settled }).toEqual({
      first: [2],
      joined: [0],
      kept: [],
    });
    expect({ joined: joined.sent.toSorted(), kept: kept.sent }).toEqual({ joined: ['plant_id', 'plantnet'], kept: [] });
  });

  it('is nothing when no call was sent: no photo could be decoded, or every circuit was open', async () => {
    const { circuits, identify } = await testFlow({ decodeError: BUSY });
    const { sent, settled, spending } = account();
    await expect(identify(request({ spending }))).rejects.toMatchObject({ code: 'busy' });
    await circuits.plant_id?.isolate('Their status page says outage.');
    await circuits.plantnet?.isolate('Their status page says outage.');
    await expect(identify(request({ spending }))).rejects.toMatchObject({ code: 'providers_resting' });
    expect({ sent, settled }).toEqual({ sent: [], settled: [0] });
  });

  it('may be refused before a photo is decoded; cached answers are given all the same', async () => {
    const { clock, decodes, identify, providers } = await testFlow();
    const refused = Object.assign(new Error('no credits'), { code: 'rate_limited' });
    const spending = {
      reserve: async () => ({ allowed: false, error: refused, retryAfterMs: 3_600_000 }) as const,
      onSent: () => undefined,
    };
    await expect(identify(request({ spending }))).rejects.toBe(refused);
    expect(decodes).toEqual([]);

    await identify(request({}, 3));
    expect(await identify(request({ spending }, 3))).toMatchObject({ cached: true, partial: false });
    clock.advance(2 * 86_400_000);
    expect(await identify(request({ spending }, 3))).toMatchObject({ stale: true, partial: false });
    expect(providers.plant_id.calls).toHaveLength(1);
  });
});
