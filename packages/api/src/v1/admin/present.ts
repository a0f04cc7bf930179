import { mapProviders } from '@plantcommunity/identification';
import type { CircuitOverview, CircuitsOverview } from '@plantcommunity/operations';
import { presentAuditEntry } from './present-audit.ts';
import type { WireCircuit, WireCircuitsOverview } from './wire.ts';

/** Members that are undefined are absent on the wire. */
export function presentOverview({
  answers,
  at,
  audit,
  circuits,
  instances,
  redis,
}: CircuitsOverview): WireCircuitsOverview {
  return {
    at: instant(at),
    counted_by: 'this_instance',
    shared: redis,
    instances,
    answers: {
      minutes: answers.minutes,
      cached: answers.cached,
      stale: answers.stale,
      fresh: answers.fresh,
      waiting: answers.retry,
    },
    circuits: mapProviders(circuits, presentCircuit),
    audit: audit.map(presentAuditEntry),
  };
}

function presentCircuit(circuit: CircuitOverview): WireCircuit {
  const { hour, isolation, lastFailure, nextTrialAt, since } = circuit;
  const { ok, failed, timeout, refused, isolated, held_back, cached, stale } = hour.outcomes;
  return {
    state: circuit.state,
    since: since === undefined ? undefined : instant(since),
    fail_count: circuit.failCount,
    fail_max: circuit.failMax,
    reset_timeout_ms: circuit.resetTimeoutMs,
    max_reset_timeout_ms: circuit.maxResetTimeoutMs,
    timeout_ms: circuit.timeoutMs,
    next_trial_at: nextTrialAt === undefined ? undefined : instant(nextTrialAt),
    trials: circuit.trials,
    last_failure: lastFailure && {
      kind: lastFailure.kind,
      at: lastFailure.at === undefined ? undefined : instant(lastFailure.at),
    },
    isolation: isolation && {
      reason: isolation.reason,
      until: isolation.until === undefined ? undefined : instant(isolation.until),
      by: isolation.by,
      at: instant(isolation.at),
    },
    minutes: hour.minutes.map(({ at, p95Ms, ...counts }) => ({ at: instant(at), ...counts, p95_ms: p95Ms })),
    outcomes: { success: ok, failure: failed, timeout, refused, isolated, held_back, cached, stale },
    latency: hour.latency && { p50_ms: hour.latency.p50Ms, p95_ms: hour.latency.p95Ms, p99_ms: hour.latency.p99Ms },
    states: circuit.states.map(({ from, state }) => ({ state, from: instant(from) })),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
