/** A limit: `count` calls in a sliding window. */
export interface Rate {
  count: number;
  windowMs: number;
}

/** State of one key's limit. */
export interface RateLimitState {
  /** The rate that applies now: lower than the requested one while Redis is unavailable. */
  rate: Rate;
  remaining: number;
  /** Epoch milliseconds: when the next call is allowed, if none remains; otherwise the end of this window. */
  resetAt: number;
}

/** State of one key's limit, read without counting a call. */
export interface RateLimitBalance extends RateLimitState {
  /** Epoch milliseconds: when all calls remain again, if no further call is made. */
  fullAt: number;
}

/** Result of counting one call. */
export interface Consumed extends RateLimitState {
  /** Whether the call is allowed; only then it counts. */
  allowed: boolean;
  /** Takes the call back, as if it had never been made. Never throws. */
  refund(): Promise<void>;
}

/** Counts calls by key, and allows a number of them in a sliding window. */
export interface RateLimiter {
  /** Counts one call. Never throws. */
  consume(key: string, rate: Rate): Promise<Consumed>;
  /** Returns the state without counting a call. Never throws. */
  peek(key: string, rate: Rate): Promise<RateLimitBalance>;
}
