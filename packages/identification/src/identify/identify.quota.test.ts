import { describe, expect, it } from 'vitest';
import { ProviderError } from '../providers/provider-error.ts';
import { request, testFlow } from './testing/test-flow.ts';

const HOUR = 3_600_000;
const NOON = 12 * HOUR;

const plantOnly = { options: { includeDiseases: false, organs: [] } };

describe('an identification with provider quotas', () => {
  it('skips a provider whose quota is used up, and reports the status quota', async () => {
    const { identify, providers } = await testFlow({ quotas: { plant_id: { dailyLimit: 1 } } });
    await identify(request(plantOnly));
    expect(await identify(request(plantOnly, 2))).toMatchObject({
      partial: true,
      confidenceSource: 'plantnet',
      providers: { plant_id: { status: 'quota' }, plantnet: { status: 'answered' } },
    });
    expect({ plantId: providers.plant_id.calls.length, plantNet: providers.plantnet.calls.length }).toEqual({
      plantId: 1,
      plantNet: 2,
    });
  });

  it('is rejected before a decode when both quotas are used up, until the first one resets', async () => {
    const { clock, decodes, identify } = await testFlow({
      quotas: { plant_id: { monthlyLimit: 1 }, plantnet: { dailyLimit: 1 } },
    });
    clock.advance(NOON);
    await identify(request(plantOnly));
    await expect(identify(request(plantOnly, 2))).rejects.toMatchObject({
      code: 'quota_exhausted',
      retryAfterMs: NOON,
      provider: undefined,
    });
    expect(decodes).toHaveLength(1);
    clock.advance(NOON);
    expect((await identify(request(plantOnly, 2))).providers).toMatchObject({
      plant_id: { status: 'quota' },
      plantnet: { status: 'answered' },
    });
  });

  it('spends no credits for a cached answer, a joined call or a call that the circuit rejects', async () => {
    const { circuits, identify, service } = await testFlow({ quotas: { plant_id: { monthlyLimit: 100 } } });
    const spent = () => Math.round(service.quotaUse() * 100);
    await Promise.all([identify(request()), identify(request()), identify(request())]);
    await identify(request());
    expect(spent()).toBe(2);
    await circuits.plant_id?.isolate('Their status page says outage.');
    await identify(request({}, 2));
    expect(spent()).toBe(2);
  });

  it('gets the credits back for a call that the provider did not count', async () => {
    const { identify, providers } = await testFlow({ quotas: { plant_id: { dailyLimit: 2 } } });
    const { answer } = providers.plant_id;
    providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', 'failed', 'No.', { status: 503 }));
    await identify(request());
    providers.plant_id.answer = answer;
    expect((await identify(request({}, 2))).partial).toBe(false);
    expect((await identify(request({}, 3))).providers.plant_id.status).toBe('quota');
  });

  it('does not get the credits back for an answer that a gateway lost, which may have been billed', async () => {
    const { identify, providers } = await testFlow({ quotas: { plant_id: { dailyLimit: 3 } } });
    const { answer } = providers.plant_id;
    providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', 'failed', 'No.', { status: 504 }));
    await identify(request());
    providers.plant_id.answer = answer;
    expect((await identify(request({}, 2))).providers.plant_id.status).toBe('quota');
  });

  it('gives a cached answer when the quota is used up', async () => {
    const { clock, identify } = await testFlow({
      quotas: { plant_id: { monthlyLimit: 2 }, plantnet: { dailyLimit: 1 } },
    });
    await identify(request());
    expect(await identify(request())).toMatchObject({ cached: true, stale: false });
    clock.advance(24 * HOUR);
    expect(await identify(request())).toMatchObject({ stale: true, confidence: 0.95 });
  });

  it('shows a used-up quota in health and reports the call as held back', async () => {
    const { providerCalls, clock, healths, identify } = await testFlow({ quotas: { plant_id: { dailyLimit: 3 } } });
    await identify(request());
    // One is left, which is too little for what people mostly ask for.
    expect(healths()).toMatchObject({ plant_id: { available: true, outOfQuota: true } });
    expect(healths().plantnet).not.toHaveProperty('outOfQuota');
    await identify(request({}, 2));
    const calls = providerCalls.filter(({ provider }) => provider === 'plant_id').map(({ outcome }) => outcome);
    expect(calls).toEqual(['ok', 'held_back']);
    clock.advance(24 * HOUR);
    expect(healths().plant_id).not.toHaveProperty('outOfQuota');
  });
});
