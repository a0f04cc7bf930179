import type { Clock } from '@plantcommunity/resilience';

const MINUTE_MS = 60_000;
const MINUTES = 60;

/** The counts of the minute that began at `at`, in milliseconds since 1970. */
export interface Minute<Bucket> {
  at: number;
  bucket: Bucket;
}

/** A bucket for each of the last 60 minutes, the running one included. */
export class MinuteRing<Bucket> {
  readonly #clock: Clock;
  readonly #emptyBucket: () => Bucket;
  readonly #ring: Minute<Bucket>[] = [];

  constructor(clock: Clock, emptyBucket: () => Bucket) {
    this.#clock = clock;
    this.#emptyBucket = emptyBucket;
  }

  /** The bucket of the running minute. */
  get current(): Bucket {
    const minute = this.#minuteNow();
    const existing = this.#at(minute);
    if (existing !== undefined) return existing.bucket;
    const bucket = this.#emptyBucket();
    this.#ring[minute % MINUTES] = { at: minute * MINUTE_MS, bucket };
    return bucket;
  }

  /** Returns the last `count` minutes, up to 60, oldest first. */
  last(count: number = MINUTES): readonly Minute<Bucket>[] {
    const first = this.#minuteNow() - count + 1;
    return Array.from(
      { length: count },
      (_, index) => this.#at(first + index) ?? { at: (first + index) * MINUTE_MS, bucket: this.#emptyBucket() },
    );
  }

  #at(minute: number): Minute<Bucket> | undefined {
    const entry = this.#ring[minute % MINUTES];
    return entry?.at === minute * MINUTE_MS ? entry : undefined;
  }

  #minuteNow(): number {
    return Math.floor(this.#clock.now() / MINUTE_MS);
  }
}
