import type { Cancel, Clock } from '../clock.ts';
import type { HeldLease } from './lease.ts';
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
  /** @returns whether it was still ours; never throws */
  releaseInRedis(heldMs: number): Promise<boolean>;
  onRenewed(): void;
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
    const { clock, askedAt } = this.#options;
    // After a pause of the whole process the work's end may come before the timer that says it was too long.
    if (clock.monotonic() >= this.#deadline) this.#lose(RAN_OUT);
    if (this.#over) return false;
    this.#end();
    return this.#options.releaseInRedis(clock.monotonic() - askedAt);
  }

  #watchDeadline(): void {
    const { clock } = this.#options;
    this.#cancelExpiry();
    const end = Math.min(this.#deadline, this.#giveUpAt);
    const reason = end === this.#giveUpAt ? 'it was held too long' : RAN_OUT;
    this.#cancelExpiry = clock.setTimeout(() => this.#lose(reason), end - clock.monotonic());
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
