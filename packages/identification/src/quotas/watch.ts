import type { Cancel, Clock, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import type { Asker } from './asker.ts';
import type { Owed } from './owed.ts';
import type { QuotaStore } from './quota-store.ts';
import type { QuotaView } from './quota-view.ts';

/** How often a process that is not asked for anything looks what the others have spent. */
const LOOK_EVERY_MS = 30_000;
/** How often at most it looks whether there is anything again, when it is asked for something. */
const LOOK_AGAIN_MS = 5_000;
/** Another process has asked the provider just now. */
const JUST_NOW_MS = 60_000;
/** A start waits so long for the provider's word. */
const START_PATIENCE_MS = 2_000;

export interface WatchParts {
  view: QuotaView;
  store: QuotaStore;
  owed: Owed;
  asker: Asker;
  redis: Pick<RedisConnection, 'isReady' | 'subscribe'>;
  clock: Clock;
}

/** Keeps what this process sees, and what the provider has said, from growing old. */
export class Watch {
  readonly #parts: WatchParts;
  readonly #stop: Unsubscribe;
  #cancel: Cancel = () => undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #goesOn = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#stop = parts.redis.subscribe(({ type }) => {
      if (type === 'ready') void this.#back();
    });
  }

  /** Resolves when the provider has been asked, or after a little. */
  async start(): Promise<void> {
    const { clock } = this.#parts;
    this.#goesOn = true;
    this.#later();
    const patience = Promise.withResolvers<void>();
    const cancel = clock.setTimeout(patience.resolve, START_PATIENCE_MS);
    await Promise.race([this.#ask(JUST_NOW_MS), patience.promise]);
    cancel();
  }

  close(): void {
    this.#goesOn = false;
    this.#cancel();
    this.#stop();
  }

  /** Somebody was refused: another process may have given something back. */
  lookAgain(): void {
    const { clock, redis } = this.#parts;
    if (redis.isReady() && clock.monotonic() - this.#lookedAt >= LOOK_AGAIN_MS) void this.#look();
  }

  /** Nothing that the provider said before now holds any more. */
  askAnew(): void {
    if (this.#goesOn) void this.#ask(0);
  }

  /** Asks unless somebody has within the last `ms`. */
  #ask(ms: number): Promise<void> {
    return this.#parts.asker.ask(this.#parts.clock.now() - ms);
  }

  async #look(): Promise<void> {
    const { clock, store, view } = this.#parts;
    this.#lookedAt = clock.monotonic();
    try {
      view.see(await store.look(clock.now()));
    } catch {
      // What was seen last holds.
    }
  }

  #later(): void {
    if (this.#goesOn) this.#cancel = this.#parts.clock.setTimeout(() => void this.#follow(), LOOK_EVERY_MS);
  }

  async #follow(): Promise<void> {
    const { asker, owed, view } = this.#parts;
    // What Redis refused to hear, though it was there.
    await owed.pay();
    await this.#look();
    this.#later();
    const { askedAt } = view.seen;
    await asker.askWhenDue({ askedAt, isOut: view.isOut(), isInDoubt: await this.#isInDoubt() });
  }

  /**
   * Whether calls that hung or whose process died have certainly ended: the provider's count then includes their cost.
   */
  async #isInDoubt(): Promise<boolean> {
    const { clock, store } = this.#parts;
    try {
      return (await store.inDoubt(clock.now())) > 0;
    } catch {
      return false;
    }
  }

  /** Redis is here, perhaps without what it knew. */
  async #back(): Promise<void> {
    await this.#parts.owed.pay();
    if (!this.#goesOn) return;
    await this.#look();
    await this.#ask(JUST_NOW_MS);
  }
}
