import { isDatabaseUnavailable } from '@plantcommunity/db';
import type { ProviderName } from '@plantcommunity/identification';
import type { Cancel, Circuit, Clock, OverrideScope, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { nextStep, type Step } from './next-step.ts';
import type { OrderBook } from './order-book.ts';
import type { StandingOrder } from './standing-order.ts';

/** What nothing else tells of, such as data that Redis has lost, is seen this late at most. */
const LOOK_EVERY_MS = 30_000;
/** A circuit follows in two steps at most, unless somebody orders meanwhile; then the next look goes on. */
const STEPS_AT_ONCE = 6;

export interface FollowerParts {
  provider: ProviderName;
  circuit: Circuit;
  orders: Pick<OrderBook, 'standing' | 'releaseReason' | 'expire' | 'done'>;
  redis: Pick<RedisConnection, 'subscribe'>;
  clock: Clock;
  logger: Logger;
}

/**
 * Makes one circuit of this process follow the orders, whatever happens to Redis or to the process: it looks at the
 * start, whenever Redis is back, whenever the circuit is isolated or released by whomever, when an isolation ends, and
 * every half minute.
 */
export class Follower {
  readonly #parts: FollowerParts;
  readonly #stops: Unsubscribe[] = [];
  #standing: StandingOrder | undefined;
  #reset: { id: string; reach: OverrideScope } | undefined;
  #followed: string | undefined;
  #looking: Promise<void> = Promise.resolve();
  #nextLook: Promise<void> | undefined;
  #cancelNext: Cancel | undefined;
  #closed = false;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  /** Resolves after the first look. */
  start(): Promise<void> {
    const { circuit, redis } = this.#parts;
    this.#stops.push(
      redis.subscribe(({ type }) => {
        if (type === 'ready') void this.look();
      }),
      circuit.subscribe(() => {
        const isIsolated = circuit.snapshot().isolation !== undefined;
        if (isIsolated !== (this.#standing?.action === 'isolate')) void this.look();
      }),
    );
    return this.look();
  }

  /** Resolves when the circuit follows, or when it cannot now and is looked at again later; one look at a time. */
  look(): Promise<void> {
    // A look that has not begun will see all that was ordered until now: one is enough for all who ask meanwhile.
    this.#nextLook ??= this.#looking.then(() => {
      this.#nextLook = undefined;
      this.#looking = this.#look();
      return this.#looking;
    });
    return this.#nextLook;
  }

  close(): void {
    this.#closed = true;
    this.#cancelNext?.();
    for (const stop of this.#stops) stop();
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    this.#cancelNext?.();
    try {
      await this.#follow();
    } catch (error) {
      const { logger, provider } = this.#parts;
      // The health gate logs once that the database is unavailable.
      if (!isDatabaseUnavailable(error)) {
        logger.warn({ provider, error }, '[CIRCUIT] The orders of operators cannot be followed now');
      }
    }
    if (!this.#closed) this.#cancelNext = this.#parts.clock.setTimeout(() => void this.look(), this.#nextLookMs());
  }

  async #follow(): Promise<void> {
    const { circuit, clock, orders, provider } = this.#parts;
    let hasTried = false;
    for (let steps = 0; steps < STEPS_AT_ONCE; steps += 1) {
      // The circuit before the order: an isolation that is seen here was ordered before, so without an order it has ended.
      const { isolation } = circuit.snapshot();
      this.#standing = await orders.standing(provider);
      const step = nextStep(this.#standing, isolation, {
        now: clock.now(),
        reset: this.#reset,
        hasTried,
        followed: this.#followed,
      });
      if (step === undefined) {
        this.#followed = this.#standing?.id;
        return;
      }
      await this.#take(step);
      // Once a look, since Redis may be there and refuse.
      hasTried ||= step.do === 'reset' || step.do === 'reset for all';
    }
  }

  async #take(step: Step): Promise<void> {
    const { circuit, orders, provider } = this.#parts;
    switch (step.do) {
      case 'isolate':
        await circuit.isolate(step.order.reason, step.order.until?.getTime());
        return;
      case 'release':
        await circuit.release(await orders.releaseReason(provider));
        return;
      case 'expire':
        return orders.expire(provider, step.order);
      // Without Redis only this process is reset; the order stands until it has reached what all share.
      case 'reset':
        this.#reset = { id: step.order.id, reach: await circuit.reset(step.order.reason) };
        return;
      case 'reset for all':
        if (await circuit.resetShared(step.order.reason)) this.#reset = { id: step.order.id, reach: 'shared' };
        return;
      case 'note as done':
        return orders.done(step.order);
    }
  }

  #nextLookMs(): number {
    const until = this.#standing?.until;
    if (until === undefined) return LOOK_EVERY_MS;
    return Math.max(0, Math.min(LOOK_EVERY_MS, until.getTime() - this.#parts.clock.now()));
  }
}
