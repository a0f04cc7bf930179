import type { Rate } from '../config.ts';

/** How many calls of one key a window still lets through. */
export interface Standing {
  /** What holds now: less than what was asked for while Redis is away. */
  rate: Rate;
  remaining: number;
  /** Epoch milliseconds: when the next call is let through, if none is left; else when this window ends. */
  resetAt: number;
}

/** How it stands without a call. */
export interface Balance extends Standing {
  /** Epoch milliseconds: when all are there again, unless somebody calls before. */
  fullAt: number;
}

/** What became of one counted call. */
export interface Taken extends Standing {
  /** A call that is not let through is not counted either. */
  allowed: boolean;
  /** Takes the call back, as if it had never been made. Never throws. */
  giveBack(): Promise<void>;
}

/** Counts calls by key, and lets a number of them through in a window that slides. */
export interface RateWindow {
  /** Counts one call. Never throws. */
  take(key: string, rate: Rate): Promise<Taken>;
  /** Counts nothing. Never throws. */
  look(key: string, rate: Rate): Promise<Balance>;
}
