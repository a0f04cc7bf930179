import type { OperatedProvider, ProviderHealth, ProviderName } from '@plantcommunity/identification';
import type { AuditRecord } from './audit/audit-record.ts';
import type { Agreement } from './instances/standing.ts';
import type { ActiveOverride } from './overrides/active-override.ts';
import type { HourlyStatistics } from './stats/call-statistics.ts';
import type { CircuitHistory, StatePeriod } from './stats/circuit-history.ts';
import type { AnswerShares } from './stats/recent-answers.ts';

/** An operator's isolation as it stands; times in milliseconds since 1970. */
interface Isolation {
  reason: string;
  until?: number;
  /** E-mail address of who ordered it. */
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
  /** How long it stays, or would stay, open. */
  resetTimeoutMs: number;
  maxResetTimeoutMs: number;
  /** Of one call. */
  timeoutMs: number;
  /** While open. */
  nextTrialAt?: number;
  /** While half open. */
  trials?: { succeeded: number; required: number };
  /** `kind` is the class of the last counted failure; `at` when this instance saw it. */
  lastFailure?: { kind: string; at?: number };
  isolation?: Isolation;
  hour: HourlyStatistics;
  /** As this instance saw them in the last hour, oldest first; each lasts until the next begins. */
  states: readonly StatePeriod[];
}

export interface CircuitsOverview {
  at: number;
  /** False: states are this instance's own until Redis is back, orders stand in the database. */
  redis: boolean;
  /** How many instances see the circuits as this one does; absent while Redis does not answer. */
  instances?: Agreement;
  /** What requests got from this process of late. */
  answers: AnswerShares;
  circuits: Readonly<Record<ProviderName, CircuitOverview>>;
  /** The newest orders. */
  audit: readonly AuditRecord[];
}

/** What the circuit says, what operators ordered and what this process counted, put together. */
export function circuitOverview(seen: {
  provider: OperatedProvider;
  /** Undefined: the provider is off. */
  record: CircuitHistory | undefined;
  order: ActiveOverride | undefined;
  hour: HourlyStatistics;
}): CircuitOverview {
  const { hour, order, provider, record } = seen;
  const { maxResetTimeoutMs, resetTimeoutMs, timeoutMs } = provider;
  const { failCount, failMax, state } = provider.health();
  const off = { state, failCount, failMax, resetTimeoutMs, maxResetTimeoutMs, timeoutMs, hour, states: [] };
  const { circuit } = provider;
  if (circuit === undefined || record === undefined) return off;
  const { lastFailure, nextTrialAt, since, trials, ...now } = circuit.snapshot();
  const { lastFailureAt } = record;
  return {
    ...off,
    since,
    resetTimeoutMs: now.resetTimeoutMs,
    states: record.states(),
    ...(nextTrialAt !== undefined && { nextTrialAt }),
    ...(trials && { trials }),
    ...(lastFailure !== undefined && {
      lastFailure: { kind: lastFailure, ...(lastFailureAt !== undefined && { at: lastFailureAt }) },
    }),
    ...(order?.action === 'isolate' && { isolation: isolationOf(order) }),
  };
}

function isolationOf({ by, createdAt, reason, until }: ActiveOverride): Isolation {
  return { reason, by, at: createdAt.getTime(), ...(until && { until: until.getTime() }) };
}
