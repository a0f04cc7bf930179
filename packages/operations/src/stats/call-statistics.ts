import type { AnswerType, CallOutcome, ProviderCall, ProviderName } from '@plantcommunity/identification';
import type { Clock } from '@plantcommunity/resilience';
import { MinuteRing } from './minute-ring.ts';

/** Durations kept of a minute; in a busier minute each call has the same chance to be among them. */
const SAMPLE_SIZE = 500;
/** Minutes over which the answers of requests are counted. */
const ANSWER_MINUTES = 15;

/** Quantiles of the latency of calls that were sent; absent when there were none. */
export interface Quantiles {
  p50Ms?: number;
  p95Ms?: number;
  p99Ms?: number;
}

/** Questions to one provider in a minute, by outcome. */
export interface CallMinute extends Quantiles, Readonly<Record<CallOutcome, number>> {
  /** When the minute began, in milliseconds since 1970. */
  at: number;
  /** Most leases held at once. */
  leases: number;
  /** Highest number of failures in a row. */
  failures: number;
}

/** Questions to one provider in the last 60 minutes, the running one included. */
export interface HourlyStatistics {
  /** 60 minutes, oldest first. */
  minutes: readonly CallMinute[];
  hour: Quantiles;
}

interface CallBucket {
  readonly counts: Record<CallOutcome, number>;
  sent: number;
  readonly durations: number[];
}

/** Counts the calls to each provider, by outcome and minute. */
export class CallStatistics {
  readonly #clock: Clock;
  readonly #rings = new Map<ProviderName, MinuteRing<CallBucket>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record({ durationMs, outcome, provider }: ProviderCall): void {
    const bucket = this.#ringOf(provider).current;
    bucket.counts[outcome] += 1;
    if (durationMs === undefined) return;
    bucket.sent += 1;
    if (bucket.durations.length < SAMPLE_SIZE) bucket.durations.push(durationMs);
    else {
      const index = Math.floor(Math.random() * bucket.sent);
      if (index < SAMPLE_SIZE) bucket.durations[index] = durationMs;
    }
  }

  of(provider: ProviderName): HourlyStatistics {
    const hour = this.#ringOf(provider).last();
    return {
      minutes: hour.map(({ at, bucket }) => ({
        at,
        ...bucket.counts,
        leases: 0,
        failures: 0,
        ...quantilesOf(bucket.durations),
      })),
      hour: quantilesOf(hour.flatMap(({ bucket }) => bucket.durations)),
    };
  }

  #ringOf(provider: ProviderName): MinuteRing<CallBucket> {
    let ring = this.#rings.get(provider);
    if (ring === undefined) {
      ring = new MinuteRing(this.#clock, () => ({ counts: noCalls(), sent: 0, durations: [] }));
      this.#rings.set(provider, ring);
    }
    return ring;
  }
}

/** How many requests of the last minutes this process answered in each way. */
export interface AnswerShares extends Readonly<Record<AnswerType, number>> {
  minutes: number;
}

/** Counts the answers of requests, by type and minute. */
export class RecentAnswers {
  readonly #ring: MinuteRing<Record<AnswerType, number>>;

  constructor(clock: Clock) {
    this.#ring = new MinuteRing(clock, () => ({ cached: 0, stale: 0, fresh: 0, retry: 0 }));
  }

  record(type: AnswerType): void {
    this.#ring.current[type] += 1;
  }

  /** Returns the counts of the last 15 minutes, the running one included. */
  shares(): AnswerShares {
    const recent = this.#ring.last(ANSWER_MINUTES);
    const sum = (type: AnswerType) => recent.reduce((total, { bucket }) => total + bucket[type], 0);
    return {
      minutes: ANSWER_MINUTES,
      cached: sum('cached'),
      stale: sum('stale'),
      fresh: sum('fresh'),
      retry: sum('retry'),
    };
  }
}

function noCalls(): Record<CallOutcome, number> {
  return { ok: 0, failed: 0, timeout: 0, refused: 0, isolated: 0, held_back: 0, cached: 0, stale: 0 };
}

function quantilesOf(durations: readonly number[]): Quantiles {
  if (durations.length === 0) return {};
  const ascending = durations.toSorted((a, b) => a - b);
  return { p50Ms: quantile(ascending, 0.5), p95Ms: quantile(ascending, 0.95), p99Ms: quantile(ascending, 0.99) };
}

/** Returns a quantile by the nearest-rank method, in whole milliseconds. */
function quantile(ascending: readonly number[], share: number): number {
  return Math.round(ascending[Math.ceil(ascending.length * share) - 1] ?? 0);
}
