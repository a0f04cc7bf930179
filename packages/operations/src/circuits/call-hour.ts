import type { ProviderCall, ProviderName } from '@plantcommunity/identification';
import type { Clock } from '@plantcommunity/resilience';

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** Durations kept of a minute; above it each has the same chance to be among them. */
const SAMPLE = 500;

interface CallMinute {
  /** When the minute began, in milliseconds since 1970. */
  at: number;
  ok: number;
  failed: number;
  /** Not sent: the circuit or the limit of calls at once stood before it. */
  refused: number;
  p95Ms?: number;
}

/** The calls of this process in the last 60 minutes, the running one included. */
export interface CallHour {
  /** 60, oldest first. */
  minutes: readonly CallMinute[];
  /** Of calls that were sent; absent without any. */
  latency?: { p50Ms: number; p95Ms: number; p99Ms: number };
}

interface Bucket {
  readonly minute: number;
  ok: number;
  failed: number;
  refused: number;
  sent: number;
  readonly durations: number[];
}

/** Remembers how the calls of each provider ended, in a ring of minutes. */
export class CallHours {
  readonly #clock: Clock;
  readonly #rings: Readonly<Record<ProviderName, (Bucket | undefined)[]>> = { plant_id: [], plantnet: [] };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record({ durationMs, outcome, provider }: ProviderCall): void {
    const bucket = this.#current(provider);
    bucket[outcome] += 1;
    if (durationMs === undefined) return;
    bucket.sent += 1;
    if (bucket.durations.length < SAMPLE) bucket.durations.push(durationMs);
    else {
      const place = Math.floor(Math.random() * bucket.sent);
      if (place < SAMPLE) bucket.durations[place] = durationMs;
    }
  }

  of(provider: ProviderName): CallHour {
    const now = this.#minuteNow();
    const buckets = Array.from({ length: MINUTES }, (_, index) => {
      const minute = now - MINUTES + 1 + index;
      const bucket = this.#rings[provider][minute % MINUTES];
      return bucket?.minute === minute ? bucket : emptyBucket(minute);
    });
    const all = sorted(buckets.flatMap(({ durations }) => durations));
    return {
      minutes: buckets.map(({ minute, ok, failed, refused, durations }) => ({
        at: minute * MINUTE_MS,
        ok,
        failed,
        refused,
        ...(durations.length > 0 && { p95Ms: quantile(sorted(durations), 0.95) }),
      })),
      ...(all.length > 0 && {
        latency: { p50Ms: quantile(all, 0.5), p95Ms: quantile(all, 0.95), p99Ms: quantile(all, 0.99) },
      }),
    };
  }

  #current(provider: ProviderName): Bucket {
    const minute = this.#minuteNow();
    const ring = this.#rings[provider];
    const place = minute % MINUTES;
    const kept = ring[place];
    if (kept?.minute === minute) return kept;
    const fresh = emptyBucket(minute);
    ring[place] = fresh;
    return fresh;
  }

  #minuteNow(): number {
    return Math.floor(this.#clock.now() / MINUTE_MS);
  }
}

function emptyBucket(minute: number): Bucket {
  return { minute, ok: 0, failed: 0, refused: 0, sent: 0, durations: [] };
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

/** Nearest rank, in whole milliseconds. */
function quantile(ascending: readonly number[], share: number): number {
  return Math.round(ascending[Math.ceil(ascending.length * share) - 1] ?? 0);
}
