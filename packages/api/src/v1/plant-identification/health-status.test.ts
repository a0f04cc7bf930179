import type { ProviderHealth } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { healthStatus } from './present.ts';

type State = ProviderHealth['state'];

const provider = (state: State): ProviderHealth => ({ available: state === 'closed', state, failCount: 0, failMax: 3 });

function statusOf(plantId: State, plantnet: State, gone: { redis?: false; database?: false } = {}) {
  const providers = { plant_id: provider(plantId), plantnet: provider(plantnet) };
  return healthStatus({ providers, redis: true, database: true, ...gone });
}

describe('the status of the service', () => {
  it.each<[State, State, string]>([
    ['closed', 'closed', 'healthy'],
    ['closed', 'open', 'degraded'],
    ['closed', 'half_open', 'degraded'],
    ['closed', 'isolated', 'degraded'],
    ['closed', 'misconfigured', 'degraded'],
    ['closed', 'off', 'healthy'],
    ['half_open', 'open', 'degraded'],
    ['half_open', 'half_open', 'degraded'],
    ['half_open', 'off', 'degraded'],
    ['open', 'open', 'unhealthy'],
    ['open', 'isolated', 'unhealthy'],
    ['misconfigured', 'off', 'unhealthy'],
  ])('with circuits %s and %s in either order is %s', (one, other, expected) => {
    expect(statusOf(one, other)).toBe(expected);
    expect(statusOf(other, one)).toBe(expected);
  });

  it('treats a provider that is out of quota as not closed', () => {
    const out: ProviderHealth = { ...provider('closed'), outOfQuota: true };
    const service = { redis: true, database: true };
    const statuses = [provider('closed'), out, provider('half_open')].map((plantnet) =>
      healthStatus({ ...service, providers: { plant_id: out, plantnet } }),
    );
    expect(statuses).toEqual(['degraded', 'unhealthy', 'degraded']);
  });

  it('is unhealthy without a database, for all circuit states', () => {
    expect(statusOf('closed', 'closed', { database: false })).toBe('unhealthy');
    expect(statusOf('half_open', 'closed', { database: false })).toBe('unhealthy');
  });

  it('is at least degraded without Redis', () => {
    expect(statusOf('closed', 'closed', { redis: false })).toBe('degraded');
    expect(statusOf('open', 'open', { redis: false })).toBe('unhealthy');
  });
});
