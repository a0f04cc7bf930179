import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { ProviderName } from '../provider.ts';
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
  readonly #clock: Clock;
  readonly #log: QuotaLog;

  constructor(parts: { provider: ProviderName; limits: QuotaLimits; store: QuotaStore; clock: Clock; logger: Logger }) {
    const { clock, limits, logger, provider, store } = parts;
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

  counters(): readonly Counter[] {
    return this.seen.counters(this.#clock.now());
  }

  /** Until so many credits may be spent again; undefined when they may now. */
  untilAgain(credits: number): number | undefined {
    const now = this.#clock.now();
    if (this.seen.refusesUntil > now) return this.seen.refusesUntil - now;
    const resetsAt = resetOf(this.#full(credits));
    if (resetsAt === undefined) return undefined;
    // Nobody knows; the provider is asked soon.
    return resetsAt === Number.POSITIVE_INFINITY ? ASK_AGAIN_MS : Math.max(0, resetsAt - now);
  }

  /** Without room for what people mostly ask for. */
  isOut(): boolean {
    return this.untilAgain(usualCredits(this.#provider)) !== undefined;
  }

  #full(credits: number): readonly Counter[] {
    return exhausted(this.counters(), credits);
  }
}
