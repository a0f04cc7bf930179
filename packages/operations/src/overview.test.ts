import type { OperatedProvider, ProviderHealth } from '@plantcommunity/identification';
import type { CircuitSnapshot } from '@plantcommunity/resilience';
import { describe, expect, it } from 'vitest';
import { type CircuitOverview, circuitOverview } from './overview.ts';
import { scriptedCircuit } from './testing/scripted-circuit.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const healthy: ProviderHealth = { available: true, state: 'closed', failCount: 0, failMax: 3 };

/** Makes the overview of a circuit in this state, of a provider with this health, whose quotas have room for a call. */
function overviewWith(
  health: Partial<ProviderHealth>,
  snapshot: Partial<CircuitSnapshot> = {},
  before?: CircuitOverview,
): CircuitOverview {
  const circuit = scriptedCircuit();
  const scripted = { ...circuit, snapshot: () => ({ ...circuit.snapshot(), ...snapshot }) };
  const provider: OperatedProvider = {
    circuit: scripted,
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
  return circuitOverview({ provider, states: [], lastFailureAt: undefined, override: undefined, before, now: 0 });
}

/** Makes the overview of an open circuit, after that of `before`. */
const overviewOpen = (times: { since: number; nextTrialAt: number }, before?: CircuitOverview) =>
  overviewWith({ state: 'open' }, { state: 'open', ...times }, before);

describe('the overview of a circuit', () => {
  it('tells that the provider is not asked for lack of quota, also without a quota that is used up', () => {
    expect(overviewWith({ outOfQuota: true })).toMatchObject({ state: 'closed', outOfQuota: true });
    expect(overviewWith({})).toMatchObject({ state: 'closed', outOfQuota: false });
  });

  it('has times in whole milliseconds, which stay while two clocks differ by fractions', () => {
    const first = overviewOpen({ since: NOON + 0.4, nextTrialAt: NOON + 60_000.6 });
    expect(first).toMatchObject({ since: NOON, nextTrialAt: NOON + 60_001 });
    expect(overviewOpen({ since: NOON + 1.3, nextTrialAt: NOON + 59_999.2 }, first)).toEqual(first);
  });

  it('has the times of a new state, and of a later opening', () => {
    const first = overviewOpen({ since: NOON, nextTrialAt: NOON + 60_000 });
    const later = { since: NOON + 120_000, nextTrialAt: NOON + 240_000 };
    expect(overviewOpen(later, first)).toMatchObject(later);
    const trying = overviewWith({ state: 'half_open' }, { state: 'half_open', since: NOON + 100 }, first);
    expect(trying).toMatchObject({ state: 'half_open', since: NOON + 100 });
    expect(trying).not.toHaveProperty('nextTrialAt');
  });
});
