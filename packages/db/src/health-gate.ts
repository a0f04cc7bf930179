import type { DatabaseUnavailableError } from './database-error.ts';

/** After so many milliseconds without an answer the database is asked for a sign of life. */
const SUSPECT_AFTER_MS = 1_000;
/** How far apart probes are while the database is away or suspected, in milliseconds: a result stands for a second. */
const PROBE_EVERY_MS = 1_100;

/** The database was lost, or answers again. */
export type DatabaseEvent = { type: 'ready' } | { type: 'lost'; error: DatabaseUnavailableError };

/**
 * Stands before all work in the database. Work that fails or waits makes it probe; when the probe fails, too, the work
 * that waits and all new work fail at once, until a probe, one a second, succeeds.
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

  /** Calls `listener` with each change. */
  subscribe(listener: (event: DatabaseEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Runs `work`. @throws {DatabaseUnavailableError} at once while the database is away, and as soon as it is lost */
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

  /** Probes in the background and, since the result of an earlier probe may still stand, once more a second later. */
  suspect(): void {
    this.probe().then(
      () => this.#probeLater(),
      () => undefined,
    );
  }

  /** Probes and takes the result for the state of the database. @throws {DatabaseUnavailableError} */
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
