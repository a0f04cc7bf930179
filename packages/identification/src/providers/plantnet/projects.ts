import type { Clock } from '@plantcommunity/resilience';

/** A flora comes or goes in months. */
const KEPT_MS = 86_400_000;
/** After a list that could not be had, questions go out unchecked for so long. */
const TRY_AGAIN_MS = 5 * 60_000;
/** `all`, and ids of old that still answer although the list leaves them out. */
const UNLISTED: ReadonlySet<string> = new Set(['all', 'weurope', 'canada', 'the-plant-list']);

/** The floras that may be asked, fetched when one is first asked about and then once a day. */
export class ProjectList {
  readonly #fetch: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly #clock: Clock;
  #ids: ReadonlySet<string> = new Set();
  #keptUntil = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  /** @param fetch rejects when the list cannot be had */
  constructor(fetch: (signal: AbortSignal) => Promise<readonly string[]>, clock: Clock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** Whether a project is known to be none; false while there is no list to tell by. */
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
      // An empty list would refuse everything.
      if (ids.length === 0) return;
      this.#ids = new Set(ids.map((id) => id.toLowerCase()));
      this.#keptUntil = this.#clock.monotonic() + KEPT_MS;
    } catch {
      // The question goes out, and the service says itself what it does not know.
    }
  }
}
