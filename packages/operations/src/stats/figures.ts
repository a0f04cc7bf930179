import type { AnswerType, CallOutcome, ProviderName } from '@plantcommunity/identification';
import { DurationHistogram } from './duration-histogram.ts';
import type { CountedMinute } from './minute-counters.ts';
import { type LookupResult, type ProviderCounts, RATE_TIERS, type RateTier } from './minute-counts.ts';

/** Minutes over which answers and responses are counted, for the first line of /admin and for alerts alike. */
export const RECENT_MINUTES = 15;
/** Minutes of a period of refused calls. */
const PERIOD_MINUTES = 5;

/** Quantiles of durations in milliseconds, within 2 %; absent when there were none. */
export interface Quantiles {
  p50Ms?: number;
  p95Ms?: number;
  p99Ms?: number;
}

/** Questions to one provider in a minute, by outcome. */
export interface CallMinute extends Quantiles, Readonly<Record<CallOutcome, number>> {
  /** When the minute began, in milliseconds since 1970. */
  at: number;
  /** Most leases held at once: the sum of the highest number of each instance. */
  leases: number;
  /** Highest number of failures in a row. */
  failures: number;
}

const NO_OUTCOMES = { ok: 0, failed: 0, timeout: 0, refused: 0, isolated: 0, held_back: 0, cached: 0, stale: 0 };

export function callMinutes(hour: readonly CountedMinute[], provider: ProviderName): readonly CallMinute[] {
  return hour.map(({ at, counts }) => {
    const { durations, failures = 0, leases = 0, outcomes = NO_OUTCOMES } = counts.providers.get(provider) ?? {};
    return { at, ...outcomes, leases, failures, ...(durations && quantilesOf(durations)) };
  });
}

/** Returns the quantiles of all calls to the provider that were sent in these minutes. */
export function callQuantiles(minutes: readonly CountedMinute[], provider: ProviderName): Quantiles {
  return quantilesOf(mergedOf(ofProvider(minutes, provider).map(({ durations }) => durations)));
}

/** Returns when the last counted failure was seen, in milliseconds since 1970; undefined when there was none. */
export function lastFailureAt(minutes: readonly CountedMinute[], provider: ProviderName): number | undefined {
  const last = Math.max(0, ...ofProvider(minutes, provider).map((counts) => counts.lastFailureAt));
  return last === 0 ? undefined : last;
}

/** How many requests of the last minutes were answered in each way. */
export interface AnswerCounts extends Readonly<Record<AnswerType, number>> {
  minutes: number;
}

/** Returns the answers of the last 15 of these minutes. */
export function answerCounts(hour: readonly CountedMinute[]): AnswerCounts {
  const recent = hour.slice(-RECENT_MINUTES);
  const sum = (type: AnswerType) => sumOf(recent, ({ counts }) => counts.answers[type]);
  return {
    minutes: RECENT_MINUTES,
    cached: sum('cached'),
    stale: sum('stale'),
    fresh: sum('fresh'),
    retry: sum('retry'),
  };
}

/** Look-ups of answers by the tier of the cache that had a fresh one. */
export interface CacheFigures extends Readonly<Record<LookupResult, number>> {
  /** Stale answers that were given. */
  stale: number;
  /** Cached answers of the paid provider: calls that were not sent to it. */
  savedCalls: number;
  /** Credits that those calls would have spent. */
  savedCredits: number;
  /** Credits of a call with the options that most callers send. */
  usualCredits: number;
  /** Dollars for one credit. */
  creditCost: number;
}

/** Whose credits are paid for, and dollars for one of them. */
export interface PaidCredits {
  provider: ProviderName;
  cost: number;
}

export function cacheFigures(
  minutes: readonly CountedMinute[],
  paid: PaidCredits & { usualCredits: number },
): CacheFigures {
  const sum = (result: LookupResult) => sumOf(minutes, ({ counts }) => counts.lookups[result]);
  const stale = ({ counts }: CountedMinute) => sumOf([...counts.providers.values()], ({ outcomes }) => outcomes.stale);
  return {
    memory: sum('memory'),
    redis: sum('redis'),
    miss: sum('miss'),
    stale: sumOf(minutes, stale),
    savedCalls: sumOf(ofProvider(minutes, paid.provider), ({ outcomes }) => outcomes.cached),
    savedCredits: sumOf(ofProvider(minutes, paid.provider), ({ savedCredits }) => savedCredits),
    usualCredits: paid.usualCredits,
    creditCost: paid.cost,
  };
}

/** Calls that rate limits refused, in periods of 5 minutes. */
export interface Refusals {
  /** When each period began, in milliseconds since 1970, oldest first. */
  periods: readonly number[];
  /** Calls in each period. */
  counts: Readonly<Record<RateTier, readonly number[]>>;
}

/** Returns the refusals in these minutes; the last period may be shorter and is still running. */
export function refusals(hour: readonly CountedMinute[]): Refusals {
  const starts = hour.filter((_minute, index) => index % PERIOD_MINUTES === 0);
  const counts: Record<RateTier, number[]> = { anonymous: [], free: [], pro: [], premium: [], enterprise: [] };
  for (const tier of RATE_TIERS) {
    counts[tier] = starts.map((_start, period) => {
      const first = period * PERIOD_MINUTES;
      return sumOf(hour.slice(first, first + PERIOD_MINUTES), (minute) => minute.counts.refused[tier]);
    });
  }
  return { periods: starts.map(({ at }) => at), counts };
}

/** Waits for leases. */
export interface LeaseFigures {
  /** Absent without waits. */
  waitP95Ms?: number;
  timeouts: number;
}

export function leaseFigures(minutes: readonly CountedMinute[]): LeaseFigures {
  const waitP95Ms = mergedOf(minutes.map(({ counts }) => counts.leaseWaits)).quantile(0.95);
  return {
    timeouts: sumOf(minutes, ({ counts }) => counts.leaseTimeouts),
    ...(waitP95Ms !== undefined && { waitP95Ms }),
  };
}

/** Responses over HTTP, without those to probes. */
export interface ResponseFigures {
  sent: number;
  serverErrors: number;
}

export function responseFigures(minutes: readonly CountedMinute[]): ResponseFigures {
  return {
    sent: sumOf(minutes, ({ counts }) => counts.responses),
    serverErrors: sumOf(minutes, ({ counts }) => counts.serverErrors),
  };
}

function ofProvider(minutes: readonly CountedMinute[], provider: ProviderName): readonly ProviderCounts[] {
  return minutes.flatMap(({ counts }) => counts.providers.get(provider) ?? []);
}

function sumOf<T>(values: readonly T[], numberOf: (value: T) => number): number {
  return values.reduce((total, value) => total + numberOf(value), 0);
}

function mergedOf(histograms: readonly DurationHistogram[]): DurationHistogram {
  const merged = new DurationHistogram();
  for (const histogram of histograms) merged.addAll(histogram);
  return merged;
}

function quantilesOf(durations: DurationHistogram): Quantiles {
  const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((share) => durations.quantile(share));
  if (p50Ms === undefined || p95Ms === undefined || p99Ms === undefined) return {};
  return { p50Ms, p95Ms, p99Ms };
}
