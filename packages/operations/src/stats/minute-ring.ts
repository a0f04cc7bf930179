import type { Clock } from '@plantcommunity/resilience';

const MINUTE_MS = 60_000;
const MINUTES = 60;

/** What was counted in the minute that began `at`, in milliseconds since 1970. */
export interface Minute<Bucket> {
  at: number;
  bucket: Bucket;
}

/** A bucket for each of the last 60 minutes, the running one included. */
export class MinuteRing<Bucket> {
  readonly #clock: Clock;
  readonly #empty: () => Bucket;
  readonly #ring: Minute<Bucket>[] = [];

  constructor(clock: Clock, empty: () => Bucket) {
    this.#clock = clock;
    this.#empty = empty;
  }

  /** Of the running minute. */
  get current(): Bucket {
    const minute = this.#minuteNow();
    const kept = this.#keptOf(minute);
    if (kept !== undefined) return kept.bucket;
    const bucket = this.#empty();
    this.#ring[minute % MINUTES] = { at: minute * MINUTE_MS, bucket };
    return bucket;
  }

  /** Oldest first; `count` of them, up to 60. */
  last(count: number = MINUTES): readonly Minute<Bucket>[] {
    const first = this.#minuteNow() - count + 1;
    return Array.from(
      { length: count },
      (_, index) => this.#keptOf(first + index) ?? { at: (first + index) * MINUTE_MS, bucket: this.#empty() },
    );
  }

  #keptOf(minute: number): Minute<Bucket> | undefined {
    const kept = this.#ring[minute % MINUTES];
    return kept?.at === minute * MINUTE_MS ? kept : undefined;
  }

  #minuteNow(): number {
    return Math.floor(this.#clock.now() / MINUTE_MS);
  }
}
