import { type Clock, type Leases, LeaseTimeoutError, RedisUnavailableError } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { UsageReport } from '../providers/usage-report.ts';
import type { ProviderClient } from '../types.ts';
import { isPollDue, type LastPoll } from './poll-due.ts';
import type { QuotaState } from './store.ts';

/** Longer than the question may take; whoever is to ask may have died. */
const LEASE_MS = 30_000;

export interface UsagePollerParts {
  provider: Pick<ProviderClient, 'name' | 'usage'>;
  leases: Leases;
  /** How things stand in Redis in the periods of that moment. */
  readonly readState: (at: number) => Promise<QuotaState>;
  /** Takes over what was said. `standing` undefined: Redis is away. */
  readonly applyReport: (word: UsageReport, asked: { at: number; standing: QuotaState | undefined }) => Promise<void>;
  clock: Clock;
  logger: Logger;
  closing: AbortSignal;
}

/** Asks one provider what is left, for all processes. */
export class UsagePoller {
  readonly #parts: UsagePollerParts;
  #polling: Promise<void> | undefined;
  #triedAt = 0;

  constructor(parts: UsagePollerParts) {
    this.#parts = parts;
  }

  /** @param last as this process knows it */
  async pollWhenDue(last: Omit<LastPoll, 'triedAt'>): Promise<void> {
    const now = this.#parts.clock.now();
    if (isPollDue(now, { ...last, triedAt: this.#triedAt })) await this.poll(last.polledAt);
  }

  /**
   * Never throws.
   * @param known asks only if nobody has since then, in milliseconds since 1970
   */
  async poll(known: number): Promise<void> {
    this.#polling ??= this.#pollUnderLease(known).finally(() => {
      this.#polling = undefined;
    });
    await this.#polling;
  }

  async #pollUnderLease(known: number): Promise<void> {
    const { clock, leases, readState: look, provider } = this.#parts;
    this.#triedAt = clock.now();
    try {
      await leases.withLease(provider.name, { ttlMs: LEASE_MS, waitMs: 0 }, async () => {
        const at = clock.now();
        const standing = await look(at);
        if (standing.polledAt <= known) await this.#fetchAndApply({ at, standing });
      });
    } catch (error) {
      // Somebody else asks.
      if (error instanceof LeaseTimeoutError) return;
      if (error instanceof RedisUnavailableError) await this.#pollOffline();
      else this.#logFailure(error);
    }
  }

  async #pollOffline(): Promise<void> {
    try {
      await this.#fetchAndApply({ at: this.#parts.clock.now(), standing: undefined });
    } catch (error) {
      this.#logFailure(error);
    }
  }

  #logFailure(error: unknown): void {
    const { closing, logger, provider } = this.#parts;
    if (closing.aborted) return;
    logger.warn({ provider: provider.name, err: error }, '[QUOTA] What is left cannot be asked now');
  }

  async #fetchAndApply(asked: { at: number; standing: QuotaState | undefined }): Promise<void> {
    const { closing, applyReport: hear, provider } = this.#parts;
    await hear(await provider.usage(closing), asked);
  }
}
