import { type Clock, type Leases, LeaseTimeoutError, RedisUnavailableError } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { Provider } from '../provider.ts';
import type { Standing } from './quota-store.ts';
import type { QuotaWord } from './quota-word.ts';

const HOUR_MS = 3_600_000;
/** While nothing is left, credits that are bought should be seen soon; and so is a provider that did not answer. */
export const ASK_AGAIN_MS = 5 * 60_000;
/** Longer than the question may take; whoever is to ask may have died. */
const LEASE_MS = 30_000;

/** Whether the provider is to be asked what is left. Times are milliseconds since 1970, 0: never. */
export function isDue(now: number, last: { askedAt: number; triedAt: number; isOut: boolean }): boolean {
  const every = last.isOut ? ASK_AGAIN_MS : HOUR_MS;
  return now - last.askedAt >= every && now - last.triedAt >= ASK_AGAIN_MS;
}

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
  async askWhenDue(last: { askedAt: number; isOut: boolean }): Promise<void> {
    const now = this.#parts.clock.now();
    if (isDue(now, { ...last, triedAt: this.#triedAt })) await this.ask(last.askedAt);
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
      await leases.withLease(provider.name, { leaseMs: LEASE_MS, waitMs: 0 }, async () => {
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
