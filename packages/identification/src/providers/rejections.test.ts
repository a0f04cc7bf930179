import { describe, expect, it } from 'vitest';
import { request, testFlow } from '../identify/testing/test-flow.ts';
import type { IdentifyOptions, ProviderAnswer, RejectedPart } from '../types.ts';
import { ProviderError } from './provider-error.ts';

const MINUTE = 60_000;

const refusing =
  (provider: 'plant_id' | 'plantnet', rejected: RejectedPart | undefined) => async (): Promise<ProviderAnswer> => {
    throw new ProviderError(provider, 'rejected', 'as scripted', { status: 400, rejected });
  };
const asking = (options: Partial<IdentifyOptions>, seed = 1) =>
  request({ options: { includeDiseases: true, organs: [], ...options } }, seed);

describe('a request that a provider rejects', () => {
  it('is answered 400 when no other provider answers', async () => {
    const { answerTypes, identify, providers } = await testFlow();
    providers.plant_id.answer = async () => {
      throw new ProviderError('plant_id', 'failed', 'down');
    };
    providers.plantnet.answer = refusing('plantnet', 'project');
    await expect(identify(asking({ project: 'k-nowhere' }))).rejects.toMatchObject({
      code: 'invalid_request',
      rejected: ['project'],
    });
    expect(answerTypes).toEqual([]);
  });

  it('has each rejected part once in the error when both providers reject it', async () => {
    const { identify, providers } = await testFlow();
    providers.plant_id.answer = refusing('plant_id', 'image');
    providers.plantnet.answer = refusing('plantnet', 'project');
    await expect(identify(asking({ project: 'k-nowhere' }))).rejects.toMatchObject({ rejected: ['image', 'project'] });
    providers.plantnet.answer = refusing('plantnet', 'image');
    await expect(identify(asking({}, 2))).rejects.toMatchObject({ rejected: ['image'] });
  });

  it('is answered by the other provider, with the reason', async () => {
    const { identify, providers } = await testFlow();
    providers.plantnet.answer = refusing('plantnet', 'project');
    expect(await identify(asking({ project: 'k-nowhere' }))).toMatchObject({
      partial: true,
      providers: { plant_id: { status: 'answered' }, plantnet: { status: 'failed', rejected: 'project' } },
    });
  });

  it('because of a missing route is not the caller’s error', async () => {
    const { identify, providers } = await testFlow({ off: 'plantnet' });
    providers.plant_id.answer = refusing('plant_id', undefined);
    await expect(identify(request())).rejects.toMatchObject({ code: 'providers_resting' });
    await expect(identify(request())).rejects.toMatchObject({ code: 'providers_resting' });
    expect(providers.plant_id.calls).toHaveLength(2);
  });

  it('for its project reaches the provider once in five minutes with any photo, without a decode', async () => {
    const { providerCalls, clock, decodes, identify, providers } = await testFlow({ off: 'plant_id' });
    providers.plantnet.answer = refusing('plantnet', 'project');
    for (let photo = 1; photo <= 70; photo += 1) {
      await expect(identify(asking({ project: 'k-nowhere' }, photo))).rejects.toMatchObject({ rejected: ['project'] });
    }
    expect({ calls: providers.plantnet.calls.length, decodes: decodes.length }).toEqual({ calls: 1, decodes: 1 });
    expect(providerCalls.filter(({ outcome }) => outcome === 'held_back')).toHaveLength(69);
    await expect(identify(asking({ project: 'k-elsewhere' }))).rejects.toMatchObject({ rejected: ['project'] });
    expect(providers.plantnet.calls).toHaveLength(2);
    clock.advance(5 * MINUTE);
    await expect(identify(asking({ project: 'k-nowhere' }))).rejects.toMatchObject({ rejected: ['project'] });
    expect(providers.plantnet.calls).toHaveLength(3);
  });

  it.each<[RejectedPart, Partial<IdentifyOptions>, Partial<IdentifyOptions>]>([
    ['organs', { organs: ['bark'] }, { organs: ['leaf'] }],
    [
      'location',
      { location: { latitude: 1, longitude: 2 } },
      { location: { latitude: 1, longitude: 3 }, includeDiseases: false },
    ],
  ])('for its %s is sent again only with other values', async (rejected, wrong, right) => {
    const { identify, providers } = await testFlow();
    providers.plant_id.answer = refusing('plant_id', rejected);
    for (const photo of [1, 2, 3]) await identify(asking(wrong, photo));
    expect(providers.plant_id.calls).toHaveLength(1);
    await identify(asking(right, 4));
    expect(providers.plant_id.calls).toHaveLength(2);
  });

  it.each(['image', 'request'] as const)('for its %s is sent again only with another photo', async (rejected) => {
    const { identify, providers } = await testFlow();
    providers.plant_id.answer = refusing('plant_id', rejected);
    for (const photo of [1, 1, 1, 2]) await identify(request({}, photo));
    expect(providers.plant_id.calls).toHaveLength(2);
  });

  it('with a project that is not on the provider’s list is not sent', async () => {
    const { identify, providers } = await testFlow({ off: 'plant_id' });
    providers.plantnet.rejects = async ({ project }) => (project === 'k-nowhere' ? 'project' : undefined);
    await expect(identify(asking({ project: 'k-nowhere' }))).rejects.toMatchObject({ rejected: ['project'] });
    expect(providers.plantnet.calls).toEqual([]);
    expect((await identify(asking({ project: 'k-middle-europe' }))).isPlant).toBe(true);
  });

  it('does not hide a stale answer', async () => {
    const { clock, identify, providers } = await testFlow();
    await identify(request());
    clock.advance(86_400_000);
    providers.plant_id.answer = refusing('plant_id', 'request');
    for (let time = 1; time <= 2; time += 1) expect(await identify(request())).toMatchObject({ stale: true });
    expect(providers.plant_id.calls).toHaveLength(2);
  });
});
