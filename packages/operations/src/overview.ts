import type { OperatedProvider, ProviderHealth, ProviderName } from '@plantcommunity/identification';
import type { AlertsOverview } from './alerts/create-alerts.ts';
import type { Urgency } from './alerts/urgency.ts';
import type { AuditRecord } from './audit/audit-entry.ts';
import type { Dependencies } from './dependencies/dependencies.ts';
import { HOUR_MS } from './durations.ts';
import type { HeldLease } from './instances/held-leases.ts';
import type { Agreement } from './instances/monitor.ts';
import type { JobOverview } from './jobs/job-overview.ts';
import type { LegacyOverview } from './legacy/legacy-use.ts';
import type { LimitsOverview } from './limits.ts';
import type { ActiveOverride } from './overrides/store.ts';
import type { QuotasOverview } from './quotas/quotas-overview.ts';
import type { StatePeriod } from './stats/circuit-state-store.ts';
import type { AnswerCounts, CacheFigures, CallMinute, LeaseFigures, Quantiles } from './stats/figures.ts';

/** Times that differ by less are the same one: a process computes them from two clocks, and others' from ages in Redis. */
const SAME_MS = 500;

/** An operator's active isolation; times in milliseconds since 1970. */
interface Isolation {
  reason: string;
  until?: number;
  /** E-mail address of the operator. */
  by: string;
  at: number;
}

/** One provider's circuit as its operators see it. Times are in milliseconds since 1970. */
export interface CircuitOverview {
  state: ProviderHealth['state'];
  /** When the state began; absent for a provider that is off. */
  since?: number;
  failCount: number;
  failMax: number;
  /** How long the circuit stays open, or would if it opened now. */
  resetTimeoutMs: number;
  maxResetTimeoutMs: number;
  /** Time limit of one call. */
  timeoutMs: number;
  /** Present while the circuit is open. */
  nextTrialAt?: number;
  /** Present while the circuit is half open. */
  trials?: { succeeded: number; required: number };
  /** `kind` is the class of the last counted failure; `at` is when it was seen, if that was in the last hour. */
  lastFailure?: { kind: string; at?: number };
  isolation?: Isolation;
  /** It is not asked: its quota has no room for a usual call, or it said that it refuses calls. */
  outOfQuota: boolean;
  /** Since when the provider requires payment; absent while it does not. */
  unpaidSince?: number;
  /** How often it opened in the last hour. */
  opened: number;
  /** States of the last hour, oldest first; each lasts until the next begins. */
  states: readonly StatePeriod[];
}

/** What operators see of all providers and instances. Times are in milliseconds since 1970. */
export interface Overview {
  at: number;
  /**
   * False while Redis is unavailable: states and figures are this instance's own, and overrides are in the database
   * only.
   */
  shared: boolean;
  /** How many instances see the circuits as this one does; absent while Redis does not answer. */
  instances?: Agreement;
  /** How the requests of the last minutes were answered. */
  answers: AnswerCounts;
  circuits: Readonly<Record<ProviderName, CircuitOverview>>;
  /** The last 60 minutes, oldest first, the running one included. */
  minutes: Readonly<Record<ProviderName, readonly CallMinute[]>>;
  /** Durations of the calls of those minutes. */
  quantiles: Readonly<Record<ProviderName, Quantiles>>;
  /** Whether an operator has to get up. */
  urgency: Urgency;
  alerts: AlertsOverview;
  cache: CacheFigures;
  limits: LimitsOverview;
  /** `held`: the leases of answers, over all instances. */
  leases: LeaseFigures & { held: readonly HeldLease[] };
  /** The jobs of all instances. */
  jobs: readonly JobOverview[];
  dependencies: Dependencies;
  quotas: QuotasOverview;
  legacy: LegacyOverview;
  /** The newest entries of the audit trail. */
  audit: readonly AuditRecord[];
}

/** Combines the state of a circuit, its history and its active override. Times are in milliseconds since 1970. */
export function circuitOverview(parts: {
  provider: OperatedProvider;
  /** States of the last hour; none for a provider that is off. */
  states: readonly StatePeriod[];
  lastFailureAt: number | undefined;
  override: ActiveOverride | undefined;
  /** The last overview of this circuit, whose times are kept where they are still the same. */
  before: CircuitOverview | undefined;
  now: number;
}): CircuitOverview {
  const { before, lastFailureAt, now, override, provider, states } = parts;
  const { maxResetTimeoutMs, resetTimeoutMs, timeoutMs } = provider;
  const { failCount, failMax, outOfQuota = false, state, unpaidSince } = provider.health();
  const off = {
    state,
    failCount,
    failMax,
    resetTimeoutMs,
    maxResetTimeoutMs,
    timeoutMs,
    outOfQuota,
    opened: 0,
    states: [],
  };
  const { circuit } = provider;
  if (circuit === undefined) return off;
  const { lastFailure, nextTrialAt, since, trials, ...snapshot } = circuit.snapshot();
  return {
    ...off,
    since: steadyTime(since, before?.state === state ? before.since : undefined),
    resetTimeoutMs: snapshot.resetTimeoutMs,
    opened: states.filter((period) => period.state === 'open' && period.from > now - HOUR_MS).length,
    states,
    ...(unpaidSince !== undefined && { unpaidSince }),
    ...(nextTrialAt !== undefined && { nextTrialAt: steadyTime(nextTrialAt, before?.nextTrialAt) }),
    ...(trials && { trials }),
    ...(lastFailure !== undefined && {
      lastFailure: { kind: lastFailure, ...(lastFailureAt !== undefined && { at: lastFailureAt }) },
    }),
    ...(override?.action === 'isolate' && { isolation: isolationOf(override) }),
  };
}

/** Returns a time in whole milliseconds: the one from before if it is the same. */
function steadyTime(time: number, before: number | undefined): number {
  return before !== undefined && Math.abs(time - before) < SAME_MS ? before : Math.round(time);
}

function isolationOf({ by, createdAt, reason, until }: ActiveOverride): Isolation {
  return { reason, by, at: createdAt.getTime(), ...(until && { until: until.getTime() }) };
}
