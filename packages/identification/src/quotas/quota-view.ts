import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { ProviderName } from '../provider.ts';
import type { Alone } from './alone.ts';
import { ASK_AGAIN_MS } from './ask-due.ts';
import { type Counter, exhausted, resetOf } from './counter.ts';
import { usualCredits } from './credits.ts';
import { LastSeen } from './last-seen.ts';
import type { QuotaLimits } from './quota.ts';
import { QuotaLog } from './quota-log.ts';
import type { QuotaStore, Standing } from './quota-store.ts';

/** How this process sees a provider's quota; what there is to say of it is written to the log. */
export class QuotaView {
  readonly seen: LastSeen;
  readonly #provider: ProviderName;
  readonly #alone: Alone;
  readonly #clock: Clock;
  readonly #log: QuotaLog;

  constructor(parts: {
    provider: ProviderName;
    limits: QuotaLimits;
    alone: Alone;
    store: QuotaStore;
    clock: Clock;
    logger: Logger;
  }) {
    const { clock, limits, logger, provider, store } = parts;
    this.#alone = parts.alone;
    this.seen = new LastSeen(limits);
    this.#provider = provider;
    this.#clock = clock;
    this.#log = new QuotaLog(provider, logger, (period) => store.warns(period));
  }

  see(standing: Standing): Standing {
    this.seen.update(standing);
    this.#log.look(this.counters(), this.#full(usualCredits(this.#provider)));
    return standing;
  }

  /** As last seen, and what was spent alone since. */
  counters(): readonly Counter[] {
    return this.seen.counters(this.#clock.now()).map((counter) => {
      return { ...counter, used: counter.used + this.#alone.spentIn(counter.period) };
    });
  }

  /** Whether this process may spend so many credits without Redis. */
  mayGoAlone(credits: number): boolean {
    return this.#alone.exhausted(this.seen.counters(this.#clock.now()), credits).length === 0;
  }

  /** Until so many credits may be spent again, by the provider's refusal and by our count; undefined when they may now. */
  untilAgain(credits: number): number | undefined {
    const now = this.#clock.now();
    const resetsAt = resetOf(this.#full(credits));
    // Nobody knows; the provider is asked soon.
    const hasRoomAt = resetsAt === Number.POSITIVE_INFINITY ? now + ASK_AGAIN_MS : resetsAt;
    const again = Math.max(this.seen.refusesUntil, hasRoomAt ?? 0) - now;
    return again > 0 ? again : undefined;
  }

  /** Without room for what people mostly ask for. */
  isOut(): boolean {
    return this.untilAgain(usualCredits(this.#provider)) !== undefined;
  }

  #full(credits: number): readonly Counter[] {
    return exhausted(this.counters(), credits);
  }
}
