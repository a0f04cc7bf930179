import type { Clock } from '@plantcommunity/resilience';

/** Takes a sample when it is read, at most once in `everyMs`, and gives the last one in between. */
export class Sampler<T> {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #take: () => Promise<T>;
  #takenAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #last: T | undefined;

  /** @param take a failure counts as no sample */
  constructor(clock: Clock, everyMs: number, take: () => Promise<T>) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#take = take;
  }

  /** Returns the last sample once one that is due has been taken; undefined when that failed. */
  async read(): Promise<T | undefined> {
    this.#takeIfDue();
    await this.#running;
    return this.#last;
  }

  /** Like `read`, but does not wait for a sample that is due: for one that takes long. */
  latest(): T | undefined {
    this.#takeIfDue();
    return this.#last;
  }

  #takeIfDue(): void {
    const now = this.#clock.monotonic();
    if (this.#running !== undefined || now - this.#takenAt < this.#everyMs) return;
    this.#takenAt = now;
    this.#running = this.#take()
      .then(
        (sample) => void (this.#last = sample),
        () => void (this.#last = undefined),
      )
      .finally(() => void (this.#running = undefined));
  }
}
