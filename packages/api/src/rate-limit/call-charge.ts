import type { Spending } from '@plantcommunity/identification';
import type { Clock } from '@plantcommunity/resilience';
import type { ApiError } from '../errors/api-error.ts';
import { LONGEST_RETRY_S, rateLimited } from '../errors/rate-limited.ts';
import type { CreditShare } from './credit-buckets.ts';
import type { CreditShares } from './credit-shares.ts';
import type { CountedCall } from './identify-limit.ts';
import { type PolicyStatus, type RateHeaders, rateHeaders } from './rate-headers.ts';

/** Tracks the cost of one counted call: its credits and rate-limit headers, and whether it is refunded at its end. */
export class CallCharge {
  readonly #counted: CountedCall;
  readonly #clock: Clock;
  #isFree = false;
  #isSpent = false;
  #shares: readonly PolicyStatus[] = [];

  constructor(counted: CountedCall, clock: Clock) {
    this.#counted = counted;
    this.#clock = clock;
  }

  /** Marks the call for a refund at its end, even if a provider was called for it. */
  refund(): void {
    this.#isFree = true;
  }

  /** Returns the hooks by which an identification reserves and settles credits of its caller's shares. */
  spending(credits: CreditShares, shares: readonly CreditShare[]): Spending {
    const onSent = () => {
      this.#isSpent = true;
    };
    if (shares.length === 0) return { onSent };
    return {
      onSent,
      reserve: async (wanted) => {
        const reservation = await credits.reserve(shares, wanted);
        this.#shares = reservation.statuses;
        const [refused] = reservation.statuses;
        if (!reservation.allowed && refused !== undefined) {
          const now = this.#clock.now();
          const error = rateLimited(refused.resetAt, now, { longest: LONGEST_RETRY_S.share });
          return { allowed: false, error, retryAfterMs: refused.resetAt - now };
        }
        const settle = (spent: number) => {
          this.#shares = reservation.settle(spent);
        };
        return { allowed: true, settle };
      },
    };
  }

  /** Returns the rate-limit headers; the limit that refused the call, if one did, comes first. */
  headers(refusal?: ApiError): RateHeaders {
    const now = this.#clock.now();
    const [first] = this.#shares;
    if (refusal?.code !== 'rate_limited' || first === undefined) return rateHeaders(this.#counted, this.#shares, now);
    return rateHeaders(first, [this.#counted, ...this.#shares.slice(1)], now);
  }

  /**
   * Ends the call. Refunds it when it was marked as free, when its upload stalled, when it repeats one that is running, and
   * when a 503 came before any provider was called, unless the caller itself used up its share of this process.
   */
  async settle(error: ApiError | undefined): Promise<RateHeaders> {
    const isUnavailable = error?.status === 503 && !error.overShare;
    const isFreeError = error?.code === 'upload_stalled' || error?.code === 'idempotency_running';
    const isRefundable = this.#isFree || isFreeError || (isUnavailable && !this.#isSpent);
    if (!isRefundable || !(await this.#counted.refund())) return this.headers(error);
    return rateHeaders({ ...this.#counted, remaining: this.#counted.remaining + 1 }, this.#shares, this.#clock.now());
  }
}
