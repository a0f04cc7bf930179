import type { Cancel, Clock, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import type { LocalQuota } from './local-quota.ts';
import type { PendingSettlements } from './pending-settlements.ts';
import type { QuotaStore } from './store.ts';
import type { UsagePoller } from './usage-poller.ts';

/** How often a process that is not asked for anything looks what the others have spent. */
const REFRESH_EVERY_MS = 30_000;
/** How often at most it looks whether there is anything again, when it is asked for something. */
const MIN_REFRESH_MS = 5_000;
/** Another process has asked the provider just now. */
const RECENT_POLL_MS = 60_000;
/** A start waits so long for the provider's word. */
const START_WAIT_MS = 2_000;

export interface QuotaSyncParts {
  local: LocalQuota;
  store: QuotaStore;
  pending: PendingSettlements;
  poller: UsagePoller;
  redis: Pick<RedisConnection, 'isReady' | 'subscribe'>;
  clock: Clock;
}

/** Keeps what this process sees, and what the provider has said, from growing old. */
export class QuotaSync {
  readonly #parts: QuotaSyncParts;
  readonly #stop: Unsubscribe;
  #cancel: Cancel = () => undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #isStarted = false;

  constructor(parts: QuotaSyncParts) {
    this.#parts = parts;
    this.#stop = parts.redis.subscribe(({ type }) => {
      if (type === 'ready') void this.#resync();
    });
  }

  /** Resolves when the provider has been asked, or after a little. */
  async start(): Promise<void> {
    const { clock } = this.#parts;
    this.#isStarted = true;
    this.#schedule();
    const patience = Promise.withResolvers<void>();
    const cancel = clock.setTimeout(patience.resolve, START_WAIT_MS);
    await Promise.race([this.#poll(RECENT_POLL_MS), patience.promise]);
    cancel();
  }

  close(): void {
    this.#isStarted = false;
    this.#cancel();
    this.#stop();
  }

  /** Somebody was refused: another process may have given something back. */
  refreshSoon(): void {
    const { clock, redis } = this.#parts;
    if (redis.isReady() && clock.monotonic() - this.#refreshedAt >= MIN_REFRESH_MS) void this.#refresh();
  }

  /** Nothing that the provider said before now holds any more. */
  pollAgain(): void {
    if (this.#isStarted) void this.#poll(0);
  }

  /** Asks unless somebody has within the last `ms`. */
  #poll(ms: number): Promise<void> {
    return this.#parts.poller.poll(this.#parts.clock.now() - ms);
  }

  async #refresh(): Promise<void> {
    const { clock, store, local: view } = this.#parts;
    this.#refreshedAt = clock.monotonic();
    try {
      view.update(await store.read(clock.now()));
    } catch {
      // What was seen last holds.
    }
  }

  #schedule(): void {
    if (this.#isStarted) this.#cancel = this.#parts.clock.setTimeout(() => void this.#tick(), REFRESH_EVERY_MS);
  }

  async #tick(): Promise<void> {
    const { poller: asker, pending: owed, local: view } = this.#parts;
    // What Redis refused to hear, though it was there.
    await owed.flush();
    await this.#refresh();
    this.#schedule();
    const { polledAt: askedAt } = view.snapshot;
    await asker.pollWhenDue({
      polledAt: askedAt,
      isExhausted: view.isExhausted(),
      hasOverdueCalls: await this.#hasOverdueCalls(),
    });
  }

  /**
   * Whether calls that hung or whose process died have certainly ended: the provider's count then includes their cost.
   */
  async #hasOverdueCalls(): Promise<boolean> {
    const { clock, store } = this.#parts;
    try {
      return (await store.overdueCredits(clock.now())) > 0;
    } catch {
      return false;
    }
  }

  /** Redis is here, perhaps without what it knew. */
  async #resync(): Promise<void> {
    await this.#parts.pending.flush();
    if (!this.#isStarted) return;
    await this.#refresh();
    await this.#poll(RECENT_POLL_MS);
  }
}
