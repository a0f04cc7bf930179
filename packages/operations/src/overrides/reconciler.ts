import { isDatabaseUnavailable } from '@plantcommunity/db';
import type { ProviderName } from '@plantcommunity/identification';
import type { Cancel, Circuit, Clock, OverrideScope, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { nextStep, type Step } from './next-step.ts';
import type { ActiveOverride, OverrideStore } from './store.ts';

/** Longest time until a change without an event is noticed, such as the loss of Redis' data. */
const RECONCILE_EVERY_MS = 30_000;
/** A circuit follows in two steps at most, unless operators make overrides meanwhile; the next run takes the rest. */
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
 * Makes one circuit of this process follow its active override, also after an outage or a restart. It runs at the start,
 * when Redis is available again, when the circuit is isolated or released from elsewhere, when an isolation ends, and
 * every 30 seconds.
 */
export class OverrideReconciler {
  readonly #options: ReconcilerOptions;
  readonly #unsubscribe: Unsubscribe[] = [];
  #active: ActiveOverride | undefined;
  #reset: { id: string; scope: OverrideScope } | undefined;
  #appliedId: string | undefined;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  #cancelNext: Cancel | undefined;
  #closed = false;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Resolves after the first run. */
  start(): Promise<void> {
    const { circuit, redis } = this.#options;
    this.#unsubscribe.push(
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

  /** Resolves when the circuit follows its override, or cannot now and is tried again later. Runs one at a time. */
  reconcile(): Promise<void> {
    // A run that has not begun will read every override made until now: it serves all callers that wait for it.
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
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
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
        logger.warn({ provider, err: error }, '[CIRCUIT] Could not apply the overrides of operators; trying again');
      }
    }
    if (!this.#closed) this.#cancelNext = this.#options.clock.setTimeout(() => void this.reconcile(), this.#delayMs());
  }

  async #applySteps(): Promise<void> {
    const { circuit, clock, overrides, provider } = this.#options;
    let hasTriedShared = false;
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      // Read the circuit before the override: an isolation seen here was written before, so without a row it has ended.
      const { isolation } = circuit.snapshot();
      this.#active = await overrides.active(provider);
      const step = nextStep(this.#active, isolation, {
        now: clock.now(),
        reset: this.#reset,
        hasTriedShared,
        appliedId: this.#appliedId,
      });
      if (step === undefined) {
        this.#appliedId = this.#active?.id;
        return;
      }
      await this.#apply(step);
      // Try once a run: Redis may answer and refuse to write.
      hasTriedShared ||= step.type === 'reset' || step.type === 'reset_shared';
    }
  }

  async #apply(step: Step): Promise<void> {
    const { circuit, overrides, provider } = this.#options;
    switch (step.type) {
      case 'isolate':
        await circuit.isolate(step.override.reason, step.override.until?.getTime());
        return;
      case 'release':
        await circuit.release(await overrides.releaseReason(provider));
        return;
      case 'expire':
        return overrides.expire(provider, step.override);
      // Without Redis only this process is reset; the override stays active until a reset has reached the shared state.
      case 'reset':
        this.#reset = { id: step.override.id, scope: await circuit.reset(step.override.reason) };
        return;
      case 'reset_shared':
        if (await circuit.resetShared(step.override.reason)) this.#reset = { id: step.override.id, scope: 'shared' };
        return;
      case 'complete':
        return overrides.complete(step.override);
    }
  }

  /** Time until the next run: the end of the active isolation, if that comes before the interval ends. */
  #delayMs(): number {
    const until = this.#active?.until;
    if (until === undefined) return RECONCILE_EVERY_MS;
    return Math.max(0, Math.min(RECONCILE_EVERY_MS, until.getTime() - this.#options.clock.now()));
  }
}
