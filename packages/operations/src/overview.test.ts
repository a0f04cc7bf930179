import type { OperatedProvider, ProviderHealth } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { circuitOverview } from './overview.ts';
import { scriptedCircuit } from './testing/scripted-circuit.ts';

const healthy: ProviderHealth = { available: true, state: 'closed', failCount: 0, failMax: 3 };

/** Makes the overview of a closed circuit of a provider with this health, whose quotas have room for a call. */
function overviewWith(health: Partial<ProviderHealth>) {
  const provider: OperatedProvider = {
    circuit: scriptedCircuit(),
    resetTimeoutMs: 60_000,
    maxResetTimeoutMs: 300_000,
    timeoutMs: 35_000,
    warnAtShare: 0.8,
    usualCredits: 1,
    health: () => ({ ...healthy, ...health }),
    leases: () => [],
    quotas: () => [],
    quotaReportedAt: () => undefined,
  };
  return circuitOverview({ provider, states: [], lastFailureAt: undefined, override: undefined, now: 0 });
}

describe('the overview of a circuit', () => {
  it('tells that the provider is not asked for lack of quota, also without a quota that is used up', () => {
    expect(overviewWith({ outOfQuota: true })).toMatchObject({ state: 'closed', outOfQuota: true });
    expect(overviewWith({})).toMatchObject({ state: 'closed', outOfQuota: false });
  });
});
