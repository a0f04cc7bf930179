import type { AnswerType, CallOutcome, ProviderName } from '@plantcommunity/identification';
import { z } from 'zod';
import { DurationHistogram } from './duration-histogram.ts';

/** Where a fresh answer was found. */
export type LookupResult = 'memory' | 'redis' | 'miss';

/** Whose rate limit refused a call: a tier, or all anonymous callers together. */
export const RATE_TIERS = ['anonymous', 'free', 'pro', 'premium', 'enterprise'] as const;
export type RateTier = (typeof RATE_TIERS)[number];

/** What happened at one provider in a minute. */
export interface ProviderCounts {
  readonly outcomes: Record<CallOutcome, number>;
  /** Durations of calls that were sent. */
  readonly durations: DurationHistogram;
  /** Most leases held at once; of several processes the sum. */
  leases: number;
  /** Highest number of failures in a row. */
  failures: number;
  /** When the last counted failure was seen, in milliseconds since 1970; 0: none was. */
  lastFailureAt: number;
  /** Credits that cached answers did not spend. */
  savedCredits: number;
}

/** What happened in a minute, in one process or several: what `MinuteCounters` counts, adds up and stores. */
export interface MinuteCounts {
  readonly providers: Map<ProviderName, ProviderCounts>;
  readonly answers: Record<AnswerType, number>;
  readonly lookups: Record<LookupResult, number>;
  readonly refused: Record<RateTier, number>;
  /** Responses over HTTP, without those to probes. */
  responses: number;
  serverErrors: number;
  readonly leaseWaits: DurationHistogram;
  leaseTimeouts: number;
}

export function noCounts(): MinuteCounts {
  return {
    providers: new Map(),
    answers: { cached: 0, stale: 0, fresh: 0, retry: 0 },
    lookups: { memory: 0, redis: 0, miss: 0 },
    refused: { anonymous: 0, free: 0, pro: 0, premium: 0, enterprise: 0 },
    responses: 0,
    serverErrors: 0,
    leaseWaits: new DurationHistogram(),
    leaseTimeouts: 0,
  };
}

/** Returns the counts of a provider, which start at 0. */
export function countsOf({ providers }: MinuteCounts, provider: ProviderName): ProviderCounts {
  let counts = providers.get(provider);
  if (counts === undefined) {
    counts = {
      outcomes: { ok: 0, failed: 0, timeout: 0, refused: 0, isolated: 0, held_back: 0, cached: 0, stale: 0 },
      durations: new DurationHistogram(),
      leases: 0,
      failures: 0,
      lastFailureAt: 0,
      savedCredits: 0,
    };
    providers.set(provider, counts);
  }
  return counts;
}

/** Adds the counts of another process or minute. */
export function addCounts(sum: MinuteCounts, other: MinuteCounts): void {
  for (const [provider, { durations, failures, lastFailureAt, leases, outcomes, savedCredits }] of other.providers) {
    const counts = countsOf(sum, provider);
    addEach(counts.outcomes, outcomes);
    counts.durations.addAll(durations);
    counts.leases += leases;
    counts.failures = Math.max(counts.failures, failures);
    counts.lastFailureAt = Math.max(counts.lastFailureAt, lastFailureAt);
    counts.savedCredits += savedCredits;
  }
  addEach(sum.answers, other.answers);
  addEach(sum.lookups, other.lookups);
  addEach(sum.refused, other.refused);
  sum.responses += other.responses;
  sum.serverErrors += other.serverErrors;
  sum.leaseWaits.addAll(other.leaseWaits);
  sum.leaseTimeouts += other.leaseTimeouts;
}

function addEach<Key extends string>(sum: Record<Key, number>, other: Readonly<Record<Key, number>>): void {
  for (const key in other) sum[key] += other[key];
}

const count = z.number().min(0);
/** Keys that this version does not know are dropped, and those that an older version does not write are 0. */
const counters = <Key extends string>(zeros: Readonly<Record<Key, number>>) =>
  z.record(z.string(), count).transform((read) => {
    const counts: Record<Key, number> = { ...zeros };
    for (const key in counts) counts[key] = read[key] ?? 0;
    return counts;
  });
const histogram = z.array(count).transform((encoded) => DurationHistogram.decode(encoded));

const empty = noCounts();
const encodedSchema = z.object({
  providers: z.record(
    z.string(),
    z.object({
      outcomes: counters(countsOf(noCounts(), 'plant_id').outcomes),
      durations: histogram,
      leases: count,
      failures: count,
      lastFailureAt: count,
      savedCredits: count,
    }),
  ),
  answers: counters(empty.answers),
  lookups: counters(empty.lookups),
  refused: counters(empty.refused),
  responses: count,
  serverErrors: count,
  leaseWaits: histogram,
  leaseTimeouts: count,
});

/** Writes the counts as JSON. */
export function encodeCounts({ leaseWaits, providers, ...counts }: MinuteCounts): string {
  const encoded: Record<string, object> = {};
  for (const [name, { durations, ...others }] of providers)
    encoded[name] = { ...others, durations: durations.encode() };
  return JSON.stringify({ ...counts, leaseWaits: leaseWaits.encode(), providers: encoded });
}

/** Reads what `encodeCounts` wrote in any process; undefined for counts of another version that cannot be read. */
export function decodeCounts(json: string, names: readonly ProviderName[]): MinuteCounts | undefined {
  const read = encodedSchema.safeParse(parsed(json));
  if (!read.success) return undefined;
  const { providers, ...counts } = read.data;
  const known = names.flatMap((name) => {
    const ofProvider = providers[name];
    return ofProvider === undefined ? [] : [[name, ofProvider] as const];
  });
  return { ...counts, providers: new Map(known) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
