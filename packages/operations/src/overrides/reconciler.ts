import { isDatabaseUnavailable } from '@plantcommunity/db';
import type { ProviderName } from '@plantcommunity/identification';
import type { Cancel, Circuit, Clock, OverrideScope, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { ActiveOverride } from './active-override.ts';
import { nextStep, type Step } from './next-step.ts';
import type { OverrideStore } from './store.ts';

/** What nothing else tells of, such as data that Redis has lost, is seen this late at most. */
const RECONCILE_EVERY_MS = 30_000;
/** A circuit follows in two steps at most, unless somebody orders meanwhile; then the next look goes on. */
const MAX_STEPS = 6;

export interface ReconcilerOptions {
  provider: ProviderName;
  circuit: Circuit;
  overrides: Pick<OverrideStore, 'active' | 'releaseReason' | 'expire' | 'complete'>;
  redis: Pick<RedisConnection, 'subscribe'>;
  clock: Clock;
  logger: Logger;
}

/**
 * Makes one circuit of this process follow the orders, whatever happens to Redis or to the process: it looks at the
 * start, whenever Redis is back, whenever the circuit is isolated or released by whomever, when an isolation ends, and
 * every half minute.
 */
export class OverrideReconciler {
  readonly #options: ReconcilerOptions;
  readonly #stops: Unsubscribe[] = [];
  #active: ActiveOverride | undefined;
  #reset: { id: string; reach: OverrideScope } | undefined;
  #appliedId: string | undefined;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  #cancelNext: Cancel | undefined;
  #closed = false;

  constructor(parts: ReconcilerOptions) {
    this.#options = parts;
  }

  /** Resolves after the first look. */
  start(): Promise<void> {
    const { circuit, redis } = this.#options;
    this.#stops.push(
      redis.subscribe(({ type }) => {
        if (type === 'ready') void this.reconcile();
      }),
      circuit.subscribe(() => {
        const isIsolated = circuit.snapshot().isolation !== undefined;
        if (isIsolated !== (this.#active?.action === 'isolate')) void this.reconcile();
      }),
    );
    return this.reconcile();
  }

  /** Resolves when the circuit follows, or when it cannot now and is looked at again later; one look at a time. */
  reconcile(): Promise<void> {
    // A look that has not begun will see all that was ordered until now: one is enough for all who ask meanwhile.
    this.#queued ??= this.#running.then(() => {
      this.#queued = undefined;
      this.#running = this.#run();
      return this.#running;
    });
    return this.#queued;
  }

  close(): void {
    this.#closed = true;
    this.#cancelNext?.();
    for (const stop of this.#stops) stop();
  }

  async #run(): Promise<void> {
    if (this.#closed) return;
    this.#cancelNext?.();
    try {
      await this.#applySteps();
    } catch (error) {
      const { logger, provider } = this.#options;
      // The health gate logs once that the database is unavailable.
      if (!isDatabaseUnavailable(error)) {
        logger.warn({ provider, err: error }, '[CIRCUIT] The orders of operators cannot be followed now');
      }
    }
    if (!this.#closed) this.#cancelNext = this.#options.clock.setTimeout(() => void this.reconcile(), this.#delayMs());
  }

  async #applySteps(): Promise<void> {
    const { circuit, clock, overrides: orders, provider } = this.#options;
    let hasTried = false;
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      // The circuit before the order: an isolation that is seen here was ordered before, so without an order it has ended.
      const { isolation } = circuit.snapshot();
      this.#active = await orders.active(provider);
      const step = nextStep(this.#active, isolation, {
        now: clock.now(),
        reset: this.#reset,
        hasTriedShared: hasTried,
        appliedId: this.#appliedId,
      });
      if (step === undefined) {
        this.#appliedId = this.#active?.id;
        return;
      }
      await this.#apply(step);
      // Once a look, since Redis may be there and refuse.
      hasTried ||= step.do === 'reset' || step.do === 'reset for all';
    }
  }

  async #apply(step: Step): Promise<void> {
    const { circuit, overrides: orders, provider } = this.#options;
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
        return orders.complete(step.order);
    }
  }

  #delayMs(): number {
    const until = this.#active?.until;
    if (until === undefined) return RECONCILE_EVERY_MS;
    return Math.max(0, Math.min(RECONCILE_EVERY_MS, until.getTime() - this.#options.clock.now()));
  }
}
