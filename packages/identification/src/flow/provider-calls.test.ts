import { describe, expect, it } from 'vitest';
import { ProviderError } from '../provider.ts';
import { house, PLANTNET_ANSWER, request } from './testing/house.ts';

/** How the questions to Plant.id ended. */
async function plantIdCalls({ asked, identify }: Awaited<ReturnType<typeof house>>, photos: number) {
  for (let seed = 1; seed <= photos; seed += 1) await identify(request({}, seed));
  return asked.filter(({ provider }) => provider === 'plant_id');
}

describe('operators are told how each question to a provider ended', () => {
  it('with how long the call took', async () => {
    const ours = await house();
    const { clock, providers } = ours;
    providers.plant_id.answer = async () => {
      clock.advance(2_100);
      return { ...PLANTNET_ANSWER, provider: 'plant_id' };
    };
    expect(await plantIdCalls(ours, 1)).toEqual([{ provider: 'plant_id', outcome: 'ok', durationMs: 2_100 }]);
  });

  it.each([
    ['failed', 'failed'],
    ['timeout', 'failed'],
    ['misconfigured', 'failed'],
    ['rejected', 'ok'],
  ] as const)('a %s call as %s', async (kind, outcome) => {
    const ours = await house();
    ours.providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', kind, 'No.'));
    expect(await plantIdCalls(ours, 1)).toMatchObject([{ outcome }]);
  });

  it('what is not sent as refused, without a duration', async () => {
    const ours = await house();
    ours.providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', 'failed', 'No.'));
    const calls = await plantIdCalls(ours, 4);
    expect(calls.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed', 'refused']);
    expect(calls.at(-1)).not.toHaveProperty('durationMs');
  });

  it('and hits as nothing: nobody was asked', async () => {
    const ours = await house();
    await plantIdCalls(ours, 1);
    const before = ours.asked.length;
    await plantIdCalls(ours, 1);
    expect(ours.asked).toHaveLength(before);
  });
});
