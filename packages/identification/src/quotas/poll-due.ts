const HOUR_MS = 3_600_000;
/** While nothing is left, credits that are bought should be seen soon; and so is a provider that did not answer. */
export const POLL_RETRY_MS = 5 * 60_000;

/** Interval of usage requests while the cost of some calls is in doubt: only the provider's count can settle it. */
const OVERDUE_POLL_MS = 60_000;

export interface LastPoll {
  /** Epoch milliseconds; 0: never. */
  readonly polledAt: number;
  readonly triedAt: number;
  /** No credits are left. */
  readonly isExhausted: boolean;
  /** Calls have certainly ended since the last usage request, and their cost is unknown. */
  readonly hasOverdueCalls: boolean;
}

/** Whether a usage request to the provider is due. */
export function isPollDue(now: number, last: LastPoll): boolean {
  if (last.hasOverdueCalls && now - last.triedAt >= OVERDUE_POLL_MS) return true;
  const every = last.isExhausted ? POLL_RETRY_MS : HOUR_MS;
  return now - last.polledAt >= every && now - last.triedAt >= POLL_RETRY_MS;
}
