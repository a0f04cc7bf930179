import type { CallOutcome, ProviderCall, ProviderName } from '@plantcommunity/identification';
import type { Clock } from '@plantcommunity/resilience';
import { MinuteRing } from './minute-ring.ts';

/** Durations kept of a minute; above it each has the same chance to be among them. */
const SAMPLE = 500;

interface CallMinute {
  /** When the minute began, in milliseconds since 1970. */
  at: number;
  ok: number;
  /** Timeouts too. */
  failed: number;
  /** Not sent, for whatever reason. */
  refused: number;
  p95Ms?: number;
}

/** What became of this process' questions to one provider in the last 60 minutes, the running one included. */
export interface HourlyStatistics {
  /** 60, oldest first. */
  minutes: readonly CallMinute[];
  outcomes: Readonly<Record<CallOutcome, number>>;
  /** Of calls that were sent; absent without any. */
  latency?: { p50Ms: number; p95Ms: number; p99Ms: number };
}

interface Bucket {
  readonly counts: Record<CallOutcome, number>;
  sent: number;
  readonly durations: number[];
}

/** Remembers what became of the questions to each provider. */
export class CallStatistics {
  readonly #rings: Readonly<Record<ProviderName, MinuteRing<Bucket>>>;

  constructor(clock: Clock) {
    this.#rings = { plant_id: new MinuteRing(clock, emptyBucket), plantnet: new MinuteRing(clock, emptyBucket) };
  }

  record({ durationMs, outcome, provider }: ProviderCall): void {
    const bucket = this.#rings[provider].current;
    bucket.counts[outcome] += 1;
    if (durationMs === undefined) return;
    bucket.sent += 1;
    if (bucket.durations.length < SAMPLE) bucket.durations.push(durationMs);
    else {
      const place = Math.floor(Math.random() * bucket.sent);
      if (place < SAMPLE) bucket.durations[place] = durationMs;
    }
  }

  of(provider: ProviderName): HourlyStatistics {
    const hour = this.#rings[provider].last();
    const all = sorted(hour.flatMap(({ bucket }) => bucket.durations));
    const outcomes = noCounts();
    for (const { bucket } of hour) {
      for (const outcome of OUTCOMES) outcomes[outcome] += bucket.counts[outcome];
    }
    return {
      minutes: hour.map(({ at, bucket: { counts, durations } }) => ({
        at,
        ok: counts.ok,
        failed: counts.failed + counts.timeout,
        refused: counts.refused + counts.isolated + counts.held_back,
        ...(durations.length > 0 && { p95Ms: quantile(sorted(durations), 0.95) }),
      })),
      outcomes,
      ...(all.length > 0 && {
        latency: { p50Ms: quantile(all, 0.5), p95Ms: quantile(all, 0.95), p99Ms: quantile(all, 0.99) },
      }),
    };
  }
}

function noCounts(): Record<CallOutcome, number> {
  return { ok: 0, failed: 0, timeout: 0, refused: 0, isolated: 0, held_back: 0, cached: 0, stale: 0 };
}

const OUTCOMES = ['ok', 'failed', 'timeout', 'refused', 'isolated', 'held_back', 'cached', 'stale'] as const;

function emptyBucket(): Bucket {
  return { counts: noCounts(), sent: 0, durations: [] };
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

/** Nearest rank, in whole milliseconds. */
function quantile(ascending: readonly number[], share: number): number {
  return Math.round(ascending[Math.ceil(ascending.length * share) - 1] ?? 0);
}
