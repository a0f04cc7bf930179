import type { Cancel, Clock } from '../clock.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import { LeaseLostError } from './errors.ts';
import type { LeaseHandle, ReleaseResult, ReleaseScript } from './types.ts';

/** Minimum time between two renewals, however short the lease: long enough for a command to fail. */
const MIN_RENEWAL_GAP_MS = 20;
const EXPIRED = 'it expired';
const HELD_TOO_LONG = 'it was held too long';

export interface LeaseHandleOptions {
  readonly name: string;
  readonly fence: number;
  readonly ttlMs: number;
  readonly renew: boolean;
  readonly maxHoldMs: number;
  readonly clock: Clock;
  /** Monotonic time before the request was sent: Redis ends the lease no earlier than `ttlMs` after it. */
  readonly requestedAt: number;
  /** @returns whether the lease is still ours @throws when Redis does not answer, or with an error */
  renewInRedis(): Promise<boolean>;
  /** Runs a script that releases the lease; one that Redis missed is retried. @throws what the script throws */
  releaseInRedis<T>(script: ReleaseScript<T>, bytes: number): Promise<ReleaseResult<T>>;
  /** The script that only releases. */
  readonly release: ReleaseScript<void>;
  /** Called once, when this process stops holding the lease, whether or not Redis knows. */
  onEnded(): void;
  onRenewed(): void;
  onReleased(heldMs: number): void;
  onLost(reason: string): void;
}

/**
 * Watches over one lease: renews it when a third of its time is left, and ends it by our clock no later than Redis does.
 * A renewal that Redis does not answer is tried again until then.
 */
export class RedisLeaseHandle implements LeaseHandle {
  readonly name: string;
  readonly fence: number;
  readonly #options: LeaseHandleOptions;
  readonly #abort: AbortController = new AbortController();
  readonly #giveUpAt: number;
  #expiresAt: number;
  #isOver = false;
  /** Given up after `maxHoldMs`: Redis still keeps the lease for us, and waiters wait for its release. */
  #isGivenUp = false;
  #cancelExpiry: Cancel = () => {};
  #cancelRenewal: Cancel = () => {};

  constructor(options: LeaseHandleOptions) {
    this.name = options.name;
    this.fence = options.fence;
    this.#options = options;
    this.#giveUpAt = options.requestedAt + options.maxHoldMs;
    this.#expiresAt = options.requestedAt + options.ttlMs;
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
    // By our clock the lease was ours, so a release that Redis does not answer counts as one of our lease.
    const { wasOurs } = await this.#releaseInRedis(this.#options.release, wasOver).catch(() => ({ wasOurs: true }));
    return wasOurs && !wasOver;
  }

  async releaseWith<T>(script: ReleaseScript<T>, bytes: number = 0): Promise<T> {
    const wasOver = this.#endLocally();
    this.#isGivenUp = false;
    try {
      return (await this.#releaseInRedis(script, wasOver, bytes)).result;
    } catch (error) {
      // An unavailable Redis gets the script, or the plain release instead, once it is back.
      if (!(error instanceof RedisUnavailableError)) await this.#releaseAfterError();
      throw error;
    }
  }

  /** Sends the plain release after a script that failed: otherwise waiters would wait until the lease expires. */
  async #releaseAfterError(): Promise<void> {
    // The script may have released the lease before it failed, so a lease that is not ours any more is not reported.
    await this.#releaseInRedis(this.#options.release, true).catch(() => {});
  }

  /** @returns whether the lease was over before */
  #endLocally(): boolean {
    // After a pause of the whole process, the work may end before the expiry timer fires.
    if (this.#options.clock.monotonic() >= this.#expiresAt) this.#lose(EXPIRED);
    const wasOver = this.#isOver;
    this.#end();
    return wasOver;
  }

  async #releaseInRedis<T>(script: ReleaseScript<T>, wasOver: boolean, bytes = 0): Promise<ReleaseResult<T>> {
    const released = await this.#options.releaseInRedis(script, bytes);
    if (released.wasOurs) this.#options.onReleased(this.#options.clock.monotonic() - this.#options.requestedAt);
    else if (!wasOver) this.#options.onLost('Redis no longer kept it for us');
    return released;
  }

  #scheduleExpiry(): void {
    const { clock } = this.#options;
    this.#cancelExpiry();
    const endsAt = Math.min(this.#expiresAt, this.#giveUpAt);
    const isGivenUp = endsAt === this.#giveUpAt;
    this.#cancelExpiry = clock.setTimeout(() => {
      this.#isGivenUp = isGivenUp && !this.#isOver;
      this.#lose(isGivenUp ? HELD_TOO_LONG : EXPIRED);
    }, endsAt - clock.monotonic());
  }

  #scheduleRenewal(): void {
    const { clock, ttlMs } = this.#options;
    const untilThirdMs = this.#expiresAt - ttlMs / 3 - clock.monotonic();
    this.#cancelRenewal = clock.setTimeout(() => void this.#renew(), Math.max(MIN_RENEWAL_GAP_MS, untilThirdMs));
  }

  async #renew(): Promise<void> {
    const requestedAt = this.#options.clock.monotonic();
    const isOurs = await this.#options.renewInRedis().catch(() => undefined);
    if (this.#isOver) return;
    if (isOurs === false) return this.#lose('another process holds it, or Redis lost it');
    if (isOurs) {
      this.#expiresAt = requestedAt + this.#options.ttlMs;
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
    if (!this.#isOver) this.#options.onEnded();
    this.#isOver = true;
    this.#cancelExpiry();
    this.#cancelRenewal();
  }
}
