import { mapProviders, type ProviderName } from '@plantcommunity/identification';
import type { CircuitOverview, JobOverview, Overview, OverviewEvent } from '@plantcommunity/operations';
import type { WireAlerts } from './alert-wire.ts';
import type { WireOverview, WireOverviewEvent } from './overview-wire.ts';
import { presentAuditEntry } from './present-audit.ts';
import { presentDependencies } from './present-dependencies.ts';

/** How each part of an overview is put on the wire. Members that are undefined are absent there. */
const PARTS: { readonly [Part in keyof Overview]-?: (value: NonNullable<Overview[Part]>) => WireOverview[Part] } = {
  at: instant,
  shared: (shared) => shared,
  instances: (instances) => instances,
  answers: ({ cached, fresh, minutes, retry, stale }) => ({ minutes, fresh, cached, stale, retry }),
  circuits: (circuits) => mapProviders(circuits, presentCircuit),
  minutes: (minutes) => mapProviders(minutes, (hour) => hour.map(presentMinute)),
  quantiles: (quantiles) => mapProviders(quantiles, presentQuantiles),
  urgency: ({ answer, because, checks, wakesAt }) => ({
    answer,
    wakes_at: wakesAt === undefined ? undefined : instant(wakesAt),
    checks: [...checks],
    because: because && { ...because, since: because.since === undefined ? undefined : instant(because.since) },
  }),
  alerts: presentAlerts,
  cache: ({ creditCost, savedCalls, savedCredits, usualCredits, ...counts }) => ({
    ...counts,
    saved_calls: savedCalls,
    saved_credits: savedCredits,
    usual_credits: usualCredits,
    credit_cost: creditCost,
  }),
  limits: ({ factor, periods, rows }) => ({
    rows: rows.map(presentLimit),
    periods: periods.map(instant),
    factor,
  }),
  leases: ({ held, timeouts, waitP95Ms }) => ({
    held: held.map(({ since, ...lease }) => ({ ...lease, since: instant(since) })),
    wait_p95_ms: waitP95Ms,
    timeouts,
  }),
  jobs: (jobs) => jobs.map(presentJob),
  dependencies: presentDependencies,
  quotas: ({ rows }) => ({ rows: rows.map(presentQuota) }),
  legacy: ({ rows, sunsetAt }) => ({ sunset_at: instant(sunsetAt), rows: [...rows] }),
  audit: (entries) => entries.map(presentAuditEntry),
};

export function presentAlerts({ items, webhook }: Overview['alerts']): WireAlerts {
  return {
    items: items.map(({ acknowledged, resolvedAt, since, ...alert }) => ({
      ...alert,
      since: instant(since),
      acknowledged: acknowledged && { by: acknowledged.by, at: instant(acknowledged.at) },
      resolved_at: resolvedAt === undefined ? undefined : instant(resolvedAt),
    })),
    webhook: webhook && {
      last_status: webhook.lastStatus,
      last_error: webhook.lastError,
      last_at: webhook.lastAt === undefined ? undefined : instant(webhook.lastAt),
      waiting: webhook.waiting,
    },
  };
}

export function presentOverview(overview: Overview): WireOverview {
  return presentParts(overview);
}

/** Presented events: all watchers receive the same ones. */
const presented = new WeakMap<OverviewEvent, WireOverviewEvent>();

export function presentOverviewEvent(event: OverviewEvent): WireOverviewEvent {
  const known = presented.get(event);
  if (known !== undefined) return known;
  const wire: WireOverviewEvent =
    event.type === 'whole'
      ? { type: 'whole', overview: presentOverview(event.overview) }
      : { type: 'changes', changes: presentParts(event.changes), gone: [...event.gone] };
  presented.set(event, wire);
  return wire;
}

/** Presents the parts that are there. */
function presentParts<Parts extends Partial<Overview>>(parts: Parts): Pick<WireOverview, keyof Parts & keyof Overview> {
  const wire = Object.entries(parts).map(([part, value]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the value belongs to the part of that name
    const present = PARTS[part as keyof Overview] as (value: unknown) => unknown;
    return [part, present(value)] as const;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `PARTS` has the type of each part
  return Object.fromEntries(wire) as Pick<WireOverview, keyof Parts & keyof Overview>;
}

function presentCircuit(circuit: CircuitOverview): WireOverview['circuits'][ProviderName] {
  const { isolation, lastFailure, nextTrialAt, since } = circuit;
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
    opened: circuit.opened,
    out_of_quota: circuit.outOfQuota,
    unpaid_since: circuit.unpaidSince === undefined ? undefined : instant(circuit.unpaidSince),
    states: circuit.states.map(({ from, state }) => ({ state, from: instant(from) })),
  };
}

function presentMinute(
  minute: Overview['minutes'][ProviderName][number],
): WireOverview['minutes'][ProviderName][number] {
  const { at, failed, failures, held_back, isolated, leases, ok, refused, stale, timeout, cached } = minute;
  return {
    at: instant(at),
    success: ok,
    failure: failed,
    timeout,
    refused,
    isolated,
    held_back,
    cached,
    stale,
    leases,
    failures,
    ...presentQuantiles(minute),
  };
}

function presentQuantiles({
  p50Ms,
  p95Ms,
  p99Ms,
}: Overview['quantiles'][ProviderName]): WireOverview['quantiles'][ProviderName] {
  return { p50_ms: p50Ms, p95_ms: p95Ms, p99_ms: p99Ms };
}

function presentLimit({ configured, inForce, refused, refusedByPeriod, tier }: Overview['limits']['rows'][number]) {
  return {
    tier,
    configured: presentRate(configured),
    in_force: presentRate(inForce),
    refused,
    refused_by_period: [...refusedByPeriod],
  };
}

function presentRate({ count, windowMs }: { count: number; windowMs: number }) {
  return { count, window_ms: windowMs };
}

function presentQuota(row: Overview['quotas']['rows'][number]): WireOverview['quotas']['rows'][number] {
  const { days, exhaustedAt, limit, provider, reportedAt, resetsAt, used, window } = row;
  return {
    provider,
    window,
    used,
    limit,
    resets_at: resetsAt === undefined ? undefined : instant(resetsAt),
    reported_at: reportedAt === undefined ? undefined : instant(reportedAt),
    exhausted_at: exhaustedAt === undefined ? undefined : instant(exhaustedAt),
    days: [...days],
  };
}

function presentJob({ failures, name, nextAt, runs, waiting }: JobOverview): WireOverview['jobs'][number] {
  return {
    name,
    runs: runs.map(({ end, startedAt }) => ({
      at: instant(startedAt),
      ...(end && { duration_ms: end.at - startedAt, outcome: end.outcome, report: end.report }),
    })),
    next_at: nextAt === undefined ? undefined : instant(nextAt),
    failures,
    waiting,
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
