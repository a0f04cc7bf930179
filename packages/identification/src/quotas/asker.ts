import { type Clock, type Leases, LeaseTimeoutError, RedisUnavailableError } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { Provider } from '../provider.ts';
import { isAskDue, type LastAsked } from './ask-due.ts';
import type { Standing } from './quota-store.ts';
import type { QuotaWord } from './quota-word.ts';

/** Longer than the question may take; whoever is to ask may have died. */
const LEASE_MS = 30_000;

export interface AskerParts {
  provider: Pick<Provider, 'name' | 'usage'>;
  leases: Leases;
  /** How things stand in Redis in the periods of that moment. */
  readonly look: (at: number) => Promise<Standing>;
  /** Takes over what was said. `standing` undefined: Redis is away. */
  readonly hear: (word: QuotaWord, asked: { at: number; standing: Standing | undefined }) => Promise<void>;
  clock: Clock;
  logger: Logger;
  closing: AbortSignal;
}

/** Asks one provider what is left, for all processes. */
export class Asker {
  readonly #parts: AskerParts;
  #asking: Promise<void> | undefined;
  #triedAt = 0;

  constructor(parts: AskerParts) {
    this.#parts = parts;
  }

  /** @param last as this process knows it */
  async askWhenDue(last: Omit<LastAsked, 'triedAt'>): Promise<void> {
    const now = this.#parts.clock.now();
    if (isAskDue(now, { ...last, triedAt: this.#triedAt })) await this.ask(last.askedAt);
  }

  /**
   * Never throws.
   * @param known asks only if nobody has since then, in milliseconds since 1970
   */
  async ask(known: number): Promise<void> {
    this.#asking ??= this.#ask(known).finally(() => {
      this.#asking = undefined;
    });
    await this.#asking;
  }

  async #ask(known: number): Promise<void> {
    const { clock, leases, look, provider } = this.#parts;
    this.#triedAt = clock.now();
    try {
      await leases.withLease(provider.name, { ttlMs: LEASE_MS, waitMs: 0 }, async () => {
        const at = clock.now();
        const standing = await look(at);
        if (standing.askedAt <= known) await this.#hear({ at, standing });
      });
    } catch (error) {
      // Somebody else asks.
      if (error instanceof LeaseTimeoutError) return;
      if (error instanceof RedisUnavailableError) await this.#askAlone();
      else this.#failed(error);
    }
  }

  async #askAlone(): Promise<void> {
    try {
      await this.#hear({ at: this.#parts.clock.now(), standing: undefined });
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const { closing, logger, provider } = this.#parts;
    if (closing.aborted) return;
    logger.warn({ provider: provider.name, error }, '[QUOTA] What is left cannot be asked now');
  }

  async #hear(asked: { at: number; standing: Standing | undefined }): Promise<void> {
    const { closing, hear, provider } = this.#parts;
    await hear(await provider.usage(closing), asked);
  }
}
