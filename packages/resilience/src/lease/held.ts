import type { Cancel, Clock } from '../clock.ts';
import type { HeldLease } from './lease.ts';
import type { EndBy, Ended } from './lease-ending.ts';
import { LeaseLostError } from './lease-errors.ts';

/** A renewal is never closer to the one before, however short the lease: time enough for a command to fail. */
const FLOOR_MS = 20;
const RAN_OUT = 'it ran out';

export interface HeldOptions {
  readonly name: string;
  readonly fence: number;
  readonly leaseMs: number;
  readonly renew: boolean;
  readonly maxHoldMs: number;
  readonly clock: Clock;
  /** By our monotonic clock, taken before the request left: Redis ends the lease no earlier. */
  readonly askedAt: number;
  /** @returns whether the lease is still ours @throws when Redis cannot say */
  renewInRedis(): Promise<boolean>;
  /** Ends it by a script. @throws when Redis does not; what can be put right later will be */
  endInRedis<T>(by: EndBy<T>, bytes: number): Promise<Ended<T>>;
  /** The script that does nothing else. */
  readonly release: EndBy<void>;
  onRenewed(): void;
  onReleased(heldMs: number): void;
  onLost(reason: string): void;
}

/**
 * Watches over one lease: renews it when a third is left and gives it up, by our own clock, no later than Redis does.
 * A Redis that fails to renew is asked again until then.
 */
export class Held implements HeldLease {
  readonly name: string;
  readonly fence: number;
  readonly #options: HeldOptions;
  readonly #abort: AbortController = new AbortController();
  readonly #giveUpAt: number;
  #deadline: number;
  #over = false;
  /** Over by our own will: in Redis it is ours still, and others wait for it. */
  #isGivenUp = false;
  #cancelExpiry: Cancel = () => {};
  #cancelRenewal: Cancel = () => {};

  constructor(options: HeldOptions) {
    this.name = options.name;
    this.fence = options.fence;
    this.#options = options;
    this.#giveUpAt = options.askedAt + options.maxHoldMs;
    this.#deadline = options.askedAt + options.leaseMs;
    this.#watchDeadline();
    if (options.renew) this.#planRenewal();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async release(): Promise<boolean> {
    const wasOver = this.#endHere();
    if (wasOver && !this.#isGivenUp) return false;
    this.#isGivenUp = false;
    // It was ours by our own clock, whatever Redis has to say to it later.
    const { wasOurs } = await this.#endInRedis(this.#options.release, wasOver).catch(() => ({ wasOurs: true }));
    return wasOurs && !wasOver;
  }

  async releaseBy<T>(by: EndBy<T>, bytes: number = 0): Promise<T> {
    const wasOver = this.#endHere();
    this.#isGivenUp = false;
    return (await this.#endInRedis(by, wasOver, bytes)).result;
  }

  /** @returns whether it was over before */
  #endHere(): boolean {
    // After a pause of the whole process the work's end may come before the timer that says it was too long.
    if (this.#options.clock.monotonic() >= this.#deadline) this.#lose(RAN_OUT);
    const wasOver = this.#over;
    this.#end();
    return wasOver;
  }

  async #endInRedis<T>(by: EndBy<T>, wasOver: boolean, bytes = 0): Promise<Ended<T>> {
    const ended = await this.#options.endInRedis(by, bytes);
    if (ended.wasOurs) this.#options.onReleased(this.#options.clock.monotonic() - this.#options.askedAt);
    else if (!wasOver) this.#options.onLost('it was gone');
    return ended;
  }

  #watchDeadline(): void {
    const { clock } = this.#options;
    this.#cancelExpiry();
    const end = Math.min(this.#deadline, this.#giveUpAt);
    const isGivenUp = end === this.#giveUpAt;
    this.#cancelExpiry = clock.setTimeout(() => {
      this.#isGivenUp = isGivenUp && !this.#over;
      this.#lose(isGivenUp ? 'it was held too long' : RAN_OUT);
    }, end - clock.monotonic());
  }

  /** When a third of the lease is left, or after the floor if that has passed. */
  #planRenewal(): void {
    const { clock, leaseMs } = this.#options;
    const wait = this.#deadline - leaseMs / 3 - clock.monotonic();
    this.#cancelRenewal = clock.setTimeout(() => void this.#renew(), Math.max(FLOOR_MS, wait));
  }

  async #renew(): Promise<void> {
    const askedAt = this.#options.clock.monotonic();
    const ours = await this.#options.renewInRedis().catch(() => undefined);
    if (this.#over) return;
    if (ours === false) return this.#lose('somebody else holds it, or Redis lost it');
    if (ours) {
      this.#deadline = askedAt + this.#options.leaseMs;
      this.#watchDeadline();
      this.#options.onRenewed();
    }
    this.#planRenewal();
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.#end();
    this.#abort.abort(new LeaseLostError(this.name, reason));
    this.#options.onLost(reason);
  }

  #end(): void {
    this.#over = true;
    this.#cancelExpiry();
    this.#cancelRenewal();
  }
}
