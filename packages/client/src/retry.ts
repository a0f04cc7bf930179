/** When a request is sent again. */
export interface RetryRules {
  /** Attempts of a call in all, not counting those that learn that the service still works on an earlier one. */
  attempts: number;
  /** Longest time that a call waits between its attempts in all, in milliseconds. */
  maxWaitMs: number;
}

export const RETRY_RULES: RetryRules = { attempts: 3, maxWaitMs: 60_000 };

/** How an attempt ended without success. */
export type Failure =
  | { type: 'connection_lost' }
  | { type: 'answered'; status: number; code: string | undefined; retryAfterMs: number | undefined };

/** What one call did so far. */
export interface CallState {
  /** Whether a second attempt cannot do the same work twice. */
  isRepeatable: boolean;
  /** Attempts so far. */
  attempts: number;
  waitedMs: number;
}

/** Shortest wait before the second attempt, in milliseconds; doubles with every further one. */
const BACKOFF_MS = 500;
/** Shortest wait for an attempt that the service still works on. */
const RUNNING_MS = 1_000;
/** Longest wait of a timer, which returns at once when it is longer. */
const TIMER_MS = 2 ** 31 - 1;

/** 502 and 504 come from proxies alone. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Whether the service still works on an earlier attempt with the same Idempotency-Key. */
export function isRunning(failure: Failure): boolean {
  return failure.type === 'answered' && failure.code === 'idempotency_running';
}

/**
 * Returns the milliseconds to wait before the next attempt, or undefined if there is none. 429 says that the request was
 * not carried out, so everything is repeated after it; all else only what cannot do the same work twice. `random` is
 * from 0 to 1 and spreads the attempts of many clients. A Retry-After of 0 does not shorten the wait.
 */
export function retryDelay(
  failure: Failure,
  { attempts, isRepeatable, waitedMs }: CallState,
  rules: RetryRules,
  random: number,
): number | undefined {
  if (!(rules.attempts > 1)) return undefined;
  const isRefused = failure.type === 'answered' && failure.status === 429;
  if (!isRepeatable && !isRefused) return undefined;
  const isWaiting = isRunning(failure);
  if (!isWaiting && !(attempts < rules.attempts && isTemporary(failure))) return undefined;
  const said = failure.type === 'answered' ? (failure.retryAfterMs ?? 0) : 0;
  const least = isWaiting ? RUNNING_MS : BACKOFF_MS * 2 ** (attempts - 1) * (0.5 + random / 2);
  const delay = Math.max(said, least);
  return delay <= TIMER_MS && waitedMs + delay <= rules.maxWaitMs ? delay : undefined;
}

function isTemporary(failure: Failure): boolean {
  return failure.type === 'connection_lost' || TEMPORARY.has(failure.status);
}
