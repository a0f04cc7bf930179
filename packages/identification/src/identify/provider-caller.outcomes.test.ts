import { describe, expect, it } from 'vitest';
import { uploaded } from '../photos/testing/uploaded-photo.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { PLANTNET_ANSWER, request, testFlow } from './testing/test-flow.ts';

/** How the questions to Plant.id ended. */
async function plantIdCalls({ providerCalls, identify }: Awaited<ReturnType<typeof testFlow>>, photos: number) {
  for (let seed = 1; seed <= photos; seed += 1) await identify(request({}, seed));
  return providerCalls.filter(({ provider }) => provider === 'plant_id');
}

describe('onCall reports', () => {
  it('a call with its duration', async () => {
    const ours = await testFlow();
    const { clock, providers } = ours;
    providers.plant_id.answer = async () => {
      clock.advance(2_100);
      return { ...PLANTNET_ANSWER, provider: 'plant_id' };
    };
    expect(await plantIdCalls(ours, 1)).toEqual([{ provider: 'plant_id', outcome: 'ok', durationMs: 2_100 }]);
  });

  it.each([
    ['failed', 'failed'],
    ['timeout', 'timeout'],
    ['misconfigured', 'failed'],
    ['rejected', 'ok'],
  ] as const)('a %s call as %s', async (type, outcome) => {
    const ours = await testFlow();
    ours.providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', type, 'No.'));
    expect(await plantIdCalls(ours, 1)).toMatchObject([{ outcome }]);
  });

  it('a call that the circuit rejects as refused, without a duration', async () => {
    const ours = await testFlow();
    ours.providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', 'failed', 'No.'));
    const calls = await plantIdCalls(ours, 4);
    expect(calls.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed', 'refused']);
    expect(calls.at(-1)).not.toHaveProperty('durationMs');
  });

  it('a call without credits, accepted key or free slot as held back', async () => {
    for (const type of ['quota', 'misconfigured'] as const) {
      const ours = await testFlow();
      ours.providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', type, 'No.'));
      expect((await plantIdCalls(ours, 2)).map(({ outcome }) => outcome)).toEqual(['failed', 'held_back']);
    }
    const { providerCalls, identify, providers } = await testFlow();
    providers.plant_id.answer = () => new Promise(() => undefined);
    for (const seed of [1, 2]) void identify(request({}, seed));
    await providers.plant_id.called(2);
    await identify(request({}, 3));
    expect(providerCalls.filter(({ provider }) => provider === 'plant_id')).toEqual([
      { provider: 'plant_id', outcome: 'held_back' },
    ]);
  });

  it('a call to an isolated provider as isolated', async () => {
    const ours = await testFlow();
    await ours.circuits.plant_id?.isolate('Their status page says outage.');
    expect(await plantIdCalls(ours, 1)).toEqual([{ provider: 'plant_id', outcome: 'isolated' }]);
  });

  it('a cache hit as cached', async () => {
    const ours = await testFlow();
    await plantIdCalls(ours, 1);
    expect((await plantIdCalls(ours, 1)).map(({ outcome }) => outcome)).toEqual(['ok', 'cached']);
  });

  it('one call for concurrent requests, and the joined ones as cached', async () => {
    const { providerCalls, identify } = await testFlow();
    await Promise.all([1, 2, 3].map(() => identify(request())));
    const outcomes = providerCalls.filter(({ provider }) => provider === 'plant_id').map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).toEqual(['cached', 'cached', 'ok']);
  });

  it('a stale answer as stale, and the call before it with its outcome', async () => {
    const ours = await testFlow();
    await plantIdCalls(ours, 1);
    ours.clock.advance(86_400_000);
    ours.providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', 'timeout', 'No.'));
    expect((await plantIdCalls(ours, 1)).map(({ outcome }) => outcome)).toEqual(['ok', 'timeout', 'stale']);
    await ours.circuits.plant_id?.isolate('Their status page says outage.');
    expect((await plantIdCalls(ours, 1)).map(({ outcome }) => outcome).slice(3)).toEqual(['isolated', 'stale']);
  });
});

describe('onAnswer reports', () => {
  it('fresh, cached and stale answers, and a request that has to be retried', async () => {
    const { clock, answerTypes, identify, providers } = await testFlow({ off: 'plantnet' });
    await identify(request());
    await identify(request());
    clock.advance(86_400_000);
    providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', 'failed', 'No.'));
    await identify(request());
    await expect(identify(request({}, 2))).rejects.toMatchObject({ code: 'providers_resting' });
    expect(answerTypes).toEqual(['fresh', 'cached', 'stale', 'retry']);
  });

  it('the owner of the request, whom anonymous requests lack', async () => {
    const { answeredOwners, identify } = await testFlow();
    await identify(request({ ownerId: 'anna' }));
    await identify(request());
    expect(answeredOwners).toEqual(['anna', undefined]);
  });

  it('nothing for a rejected photo or an aborted request', async () => {
    const { answerTypes, identify } = await testFlow();
    const gone = AbortSignal.abort();
    await expect(identify(request({ signal: gone }))).rejects.toThrow(/abort/);
    const noPhoto = uploaded(Buffer.from('not a photo at all'));
    await expect(identify(request({ photos: [noPhoto] }))).rejects.toMatchObject({ code: 'photo_type' });
    expect(answerTypes).toEqual([]);
  });
});
