import { describe, expect, it } from 'vitest';
import { at, overviewOf } from '../testing/overview-of.ts';
import { providerState, usedUpQuota } from './provider-state.ts';

const quota = (given: {
  used: number;
  limit?: number;
  resets_at?: string | undefined;
  provider?: 'plant_id' | 'plantnet';
}) => ({
  provider: 'plant_id' as const,
  window: 'day',
  limit: 500,
  resets_at: at(3_600),
  days: [],
  ...given,
});
const quotas = (...rows: ReturnType<typeof quota>[]) => ({ quotas: { rows } });
const isolation = { reason: 'Their status page says outage.', by: 'ada@example.org', at: at(-900) };
const stateOf = (given: Parameters<typeof overviewOf>[0]) => providerState('plant_id', overviewOf(given));

describe('providerState', () => {
  it.each<[string, Parameters<typeof overviewOf>[0], string]>([
    ['an unused circuit', {}, 'closed'],
    ['an open circuit', { plant_id: { state: 'open' } }, 'open'],
    ['a provider without a key', { plant_id: { state: 'off' } }, 'off'],
    ['a rejected key', { plant_id: { state: 'misconfigured', unpaid_since: at(-60) } }, 'misconfigured'],
    ['an isolation before all else', { plant_id: { state: 'misconfigured', isolation } }, 'isolated'],
    ['a lack of money before the circuit', { plant_id: { state: 'open', unpaid_since: at(-60) } }, 'unpaid'],
    ['a lack of quota', { plant_id: { out_of_quota: true } }, 'used_up'],
    ['a lack of quota after an open circuit', { plant_id: { state: 'open', out_of_quota: true } }, 'open'],
    ['a lack of money before one of quota', { plant_id: { out_of_quota: true, unpaid_since: at(-60) } }, 'unpaid'],
    ['the lack of quota of another provider', { plantnet: { out_of_quota: true } }, 'closed'],
  ])('of %s', (_name, given, state) => {
    expect(stateOf(given)).toBe(state);
  });
});

it('usedUpQuota returns the one that is reset last', () => {
  const rows = [
    quota({ used: 500, resets_at: at(90) }),
    quota({ used: 501, resets_at: at(3_600) }),
    quota({ used: 1 }),
  ];
  expect(usedUpQuota('plant_id', overviewOf(quotas(...rows)))?.used).toBe(501);
  const forLife = quota({ used: 502, resets_at: undefined });
  expect(usedUpQuota('plant_id', overviewOf(quotas(forLife, ...rows)))?.used).toBe(502);
  const allowsNone = quota({ used: 0, limit: 0, resets_at: at(60) });
  expect(usedUpQuota('plant_id', overviewOf(quotas(...rows, allowsNone)))?.used).toBe(0);
});
