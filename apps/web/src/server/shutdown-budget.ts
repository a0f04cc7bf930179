import { type Clock, waitFor } from '@plantcommunity/resilience';

/** What a shutdown ends. */
export interface ShutdownParts {
  /** Finishes requests in flight; returns how many it had to cut off after `timeoutMs`. */
  readonly finishRequests: (timeoutMs: number) => Promise<{ cutOff: number }>;
  /** Waits for provider calls that outlive their requests; returns false when some were in flight after `timeoutMs`. */
  readonly settleCalls: (timeoutMs: number) => Promise<boolean>;
  /** Closes what does not depend on each other: connections, the export of the last spans. */
  readonly closings: readonly (() => Promise<unknown>)[];
}

export interface ShutdownBudget {
  /** For requests and provider calls in flight: SHUTDOWN_TIMEOUT. */
  readonly timeoutMs: number;
  /** For everything after `timeoutMs`: half of it for the last calls, so that the closings have the other half. */
  readonly closeMs: number;
  readonly clock: Clock;
}

/**
 * Ends the parts one after the other, and the closings all at once, because they are independent. Resolves after
 * `timeoutMs + closeMs` at the latest, even if a part hangs: the supervisor kills the process soon after.
 */
export async function shutDown(
  { closings, finishRequests, settleCalls }: ShutdownParts,
  { clock, closeMs, timeoutMs }: ShutdownBudget,
): Promise<{ cutOff: number; isSettled: boolean }> {
  const startedAt = clock.monotonic();
  const leftUntil = (ms: number) => Math.max(0, startedAt + ms - clock.monotonic());
  const { cutOff } = await finishRequests(timeoutMs);
  const isSettled = await settleCalls(leftUntil(timeoutMs + closeMs / 2));
  const closed = Promise.allSettled(closings.map((close) => close()));
  await waitFor(closed, { timeoutMs: leftUntil(timeoutMs + closeMs), clock });
  return { cutOff, isSettled };
}
