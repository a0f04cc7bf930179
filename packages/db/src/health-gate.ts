import type { DatabaseUnavailableError } from './database-error.ts';

/** Work without an answer for this many milliseconds triggers a probe. */
const SUSPECT_AFTER_MS = 1_000;
/** Interval of probes while the database is down or suspected, in milliseconds: a result is cached for a second. */
const PROBE_EVERY_MS = 1_100;

/** The database was lost, or answers again. */
export type DatabaseEvent = { type: 'ready' } | { type: 'lost'; error: DatabaseUnavailableError };

/**
 * Runs all database work and fails fast while the database is down. Work that fails or takes long triggers a probe;
 * when that probe fails, pending and new work fails at once, until one of the probes, about one a second, succeeds.
 */
export class DatabaseHealthGate {
  readonly #probe: (timeoutMs?: number) => Promise<void>;
  readonly #listeners = new Set<(event: DatabaseEvent) => void>();
  readonly #waiting = new Set<(error: DatabaseUnavailableError) => void>();
  #lost: DatabaseUnavailableError | undefined;
  #nextProbe: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param probe throws {DatabaseUnavailableError} */
  constructor(probe: (timeoutMs?: number) => Promise<void>) {
    this.#probe = probe;
  }

  get isUp(): boolean {
    return this.#lost === undefined;
  }

  /** Calls `listener` on each change. */
  subscribe(listener: (event: DatabaseEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Runs `work`. @throws {DatabaseUnavailableError} at once while the database is down, or as soon as it goes down */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    const { promise, reject, resolve } = Promise.withResolvers<T>();
    const suspicion = setTimeout(() => this.suspect(), SUSPECT_AFTER_MS);
    this.#waiting.add(reject);
    try {
      work().then(resolve, reject);
      return await promise;
    } finally {
      clearTimeout(suspicion);
      this.#waiting.delete(reject);
    }
  }

  /** Probes in the background, and once more a second later, since the first may return a cached result. */
  suspect(): void {
    this.probe().then(
      () => this.#probeLater(),
      () => undefined,
    );
  }

  /** Probes and updates the state of the gate. @throws {DatabaseUnavailableError} */
  async probe(timeoutMs?: number): Promise<void> {
    try {
      await this.#probe(timeoutMs);
    } catch (error) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the probe throws nothing else
      this.#lose(error as DatabaseUnavailableError);
      throw error;
    }
    this.#recover();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#nextProbe);
  }

  #lose(error: DatabaseUnavailableError): void {
    if (this.#closed) return;
    this.#probeLater();
    const wasUp = this.isUp;
    this.#lost = error;
    if (!wasUp) return;
    for (const reject of this.#waiting) reject(error);
    this.#emit({ type: 'lost', error });
  }

  #recover(): void {
    if (this.isUp) return;
    this.#lost = undefined;
    this.#emit({ type: 'ready' });
  }

  #probeLater(): void {
    if (this.#closed || this.#nextProbe !== undefined) return;
    this.#nextProbe = setTimeout(() => {
      this.#nextProbe = undefined;
      this.probe().catch(() => undefined);
    }, PROBE_EVERY_MS).unref();
  }

  #emit(event: DatabaseEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
