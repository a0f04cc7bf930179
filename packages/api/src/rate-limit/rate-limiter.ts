import type { Rate } from '../config.ts';

/** How many calls of one key a window still lets through. */
export interface RateLimitState {
  /** What holds now: less than what was asked for while Redis is away. */
  rate: Rate;
  remaining: number;
  /** Epoch milliseconds: when the next call is let through, if none is left; else when this window ends. */
  resetAt: number;
}

/** How it stands without a call. */
export interface RateLimitBalance extends RateLimitState {
  /** Epoch milliseconds: when all are there again, unless somebody calls before. */
  fullAt: number;
}

/** What became of one counted call. */
export interface Consumed extends RateLimitState {
  /** A call that is not let through is not counted either. */
  allowed: boolean;
  /** Takes the call back, as if it had never been made. Never throws. */
  refund(): Promise<void>;
}

/** Counts calls by key, and lets a number of them through in a window that slides. */
export interface RateLimiter {
  /** Counts one call. Never throws. */
  consume(key: string, rate: Rate): Promise<Consumed>;
  /** Counts nothing. Never throws. */
  peek(key: string, rate: Rate): Promise<RateLimitBalance>;
}
