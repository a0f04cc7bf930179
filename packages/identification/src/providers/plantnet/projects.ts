import type { Clock } from '@plantcommunity/resilience';

/** How long the list is cached: floras rarely change. */
const KEPT_MS = 86_400_000;
/** Pause after a failed fetch, during which questions are sent unchecked. */
const TRY_AGAIN_MS = 5 * 60_000;
/** `all`, and legacy ids that still work although the list does not contain them. */
const UNLISTED: ReadonlySet<string> = new Set(['all', 'weurope', 'canada', 'the-plant-list']);

/** Caches the list of projects (floras) that Pl@ntNet accepts; fetched on first use and then once a day. */
export class ProjectList {
  readonly #fetch: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly #clock: Clock;
  #ids: ReadonlySet<string> = new Set();
  #keptUntil = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  /** @param fetch rejects when the list is not available */
  constructor(fetch: (signal: AbortSignal) => Promise<readonly string[]>, clock: Clock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** Whether a project is known not to exist; false while no list is available. */
  async lacks(project: string, signal: AbortSignal): Promise<boolean> {
    if (UNLISTED.has(project)) return false;
    if (!this.#isKept()) await this.#renew(signal);
    return this.#isKept() && !this.#ids.has(project);
  }

  #isKept(): boolean {
    return this.#clock.monotonic() < this.#keptUntil;
  }

  async #renew(signal: AbortSignal): Promise<void> {
    if (this.#fetching === undefined && this.#clock.monotonic() - this.#triedAt < TRY_AGAIN_MS) return;
    this.#fetching ??= this.#take(signal).finally(() => {
      this.#fetching = undefined;
    });
    await this.#fetching;
  }

  async #take(signal: AbortSignal): Promise<void> {
    this.#triedAt = this.#clock.monotonic();
    try {
      const ids = await this.#fetch(signal);
      // An empty list would reject every project.
      if (ids.length === 0) return;
      this.#ids = new Set(ids.map((id) => id.toLowerCase()));
      this.#keptUntil = this.#clock.monotonic() + KEPT_MS;
    } catch {
      // The question is sent unchecked; the service itself rejects an unknown project.
    }
  }
}
