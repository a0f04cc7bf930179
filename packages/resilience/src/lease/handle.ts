import type { Cancel, Clock } from '../clock.ts';
import { LeaseLostError } from './errors.ts';
import type { ReleaseResult, ReleaseScript } from './lease-ending.ts';
import type { LeaseHandle } from './types.ts';

/** A renewal is never closer to the one before, however short the lease: time enough for a command to fail. */
const MIN_RENEWAL_GAP_MS = 20;
const RAN_OUT = 'it ran out';

export interface LeaseHandleOptions {
  readonly name: string;
  readonly fence: number;
  readonly ttlMs: number;
  readonly renew: boolean;
  readonly maxHoldMs: number;
  readonly clock: Clock;
  /** By our monotonic clock, taken before the request left: Redis ends the lease no earlier. */
  readonly askedAt: number;
  /** @returns whether the lease is still ours @throws when Redis cannot say */
  renewInRedis(): Promise<boolean>;
  /** Ends it by a script. @throws when Redis does not; what can be put right later will be */
  releaseInRedis<T>(by: ReleaseScript<T>, bytes: number): Promise<ReleaseResult<T>>;
  /** The script that does nothing else. */
  readonly release: ReleaseScript<void>;
  onRenewed(): void;
  onReleased(heldMs: number): void;
  onLost(reason: string): void;
}

/**
 * Watches over one lease: renews it when a third is left and gives it up, by our own clock, no later than Redis does.
 * A Redis that fails to renew is asked again until then.
 */
export class RedisLeaseHandle implements LeaseHandle {
  readonly name: string;
  readonly fence: number;
  readonly #options: LeaseHandleOptions;
  readonly #abort: AbortController = new AbortController();
  readonly #giveUpAt: number;
  #deadline: number;
  #isOver = false;
  /** Over by our own will: in Redis it is ours still, and others wait for it. */
  #isGivenUp = false;
  #cancelExpiry: Cancel = () => {};
  #cancelRenewal: Cancel = () => {};

  constructor(options: LeaseHandleOptions) {
    this.name = options.name;
    this.fence = options.fence;
    this.#options = options;
    this.#giveUpAt = options.askedAt + options.maxHoldMs;
    this.#deadline = options.askedAt + options.ttlMs;
    this.#scheduleExpiry();
    if (options.renew) this.#scheduleRenewal();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async release(): Promise<boolean> {
    const wasOver = this.#endLocally();
    if (wasOver && !this.#isGivenUp) return false;
    this.#isGivenUp = false;
    // It was ours by our own clock, whatever Redis has to say to it later.
    const { wasOurs } = await this.#releaseInRedis(this.#options.release, wasOver).catch(() => ({ wasOurs: true }));
    return wasOurs && !wasOver;
  }

  async releaseWith<T>(by: ReleaseScript<T>, bytes: number = 0): Promise<T> {
    const wasOver = this.#endLocally();
    this.#isGivenUp = false;
    return (await this.#releaseInRedis(by, wasOver, bytes)).result;
  }

  /** @returns whether it was over before */
  #endLocally(): boolean {
    // After a pause of the whole process the work's end may come before the timer that says it was too long.
    if (this.#options.clock.monotonic() >= this.#deadline) this.#lose(RAN_OUT);
    const wasOver = this.#isOver;
    this.#end();
    return wasOver;
  }

  async #releaseInRedis<T>(by: ReleaseScript<T>, wasOver: boolean, bytes = 0): Promise<ReleaseResult<T>> {
    const ended = await this.#options.releaseInRedis(by, bytes);
    if (ended.wasOurs) this.#options.onReleased(this.#options.clock.monotonic() - this.#options.askedAt);
    else if (!wasOver) this.#options.onLost('it was gone');
    return ended;
  }

  #scheduleExpiry(): void {
    const { clock } = this.#options;
    this.#cancelExpiry();
    const end = Math.min(this.#deadline, this.#giveUpAt);
    const isGivenUp = end === this.#giveUpAt;
    this.#cancelExpiry = clock.setTimeout(() => {
      this.#isGivenUp = isGivenUp && !this.#isOver;
      this.#lose(isGivenUp ? 'it was held too long' : RAN_OUT);
    }, end - clock.monotonic());
  }

  /** When a third of the lease is left, or after the floor if that has passed. */
  #scheduleRenewal(): void {
    const { clock, ttlMs } = this.#options;
    const wait = this.#deadline - ttlMs / 3 - clock.monotonic();
    this.#cancelRenewal = clock.setTimeout(() => void this.#renew(), Math.max(MIN_RENEWAL_GAP_MS, wait));
  }

  async #renew(): Promise<void> {
    const askedAt = this.#options.clock.monotonic();
    const ours = await this.#options.renewInRedis().catch(() => undefined);
    if (this.#isOver) return;
    if (ours === false) return this.#lose('somebody else holds it, or Redis lost it');
    if (ours) {
      this.#deadline = askedAt + this.#options.ttlMs;
      this.#scheduleExpiry();
      this.#options.onRenewed();
    }
    this.#scheduleRenewal();
  }

  #lose(reason: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#abort.abort(new LeaseLostError(this.name, reason));
    this.#options.onLost(reason);
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelExpiry();
    this.#cancelRenewal();
  }
}
