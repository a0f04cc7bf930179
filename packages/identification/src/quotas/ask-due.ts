const HOUR_MS = 3_600_000;
/** While nothing is left, credits that are bought should be seen soon; and so is a provider that did not answer. */
export const ASK_AGAIN_MS = 5 * 60_000;

/** Interval of usage requests while the cost of some calls is in doubt: only the provider's count can settle it. */
const SETTLE_AGAIN_MS = 60_000;

export interface LastAsked {
  /** Epoch milliseconds; 0: never. */
  readonly askedAt: number;
  readonly triedAt: number;
  /** No credits are left. */
  readonly isOut: boolean;
  /** Calls have certainly ended since the last usage request, and their cost is unknown. */
  readonly isInDoubt: boolean;
}

/** Whether a usage request to the provider is due. */
export function isAskDue(now: number, last: LastAsked): boolean {
  if (last.isInDoubt && now - last.triedAt >= SETTLE_AGAIN_MS) return true;
  const every = last.isOut ? ASK_AGAIN_MS : HOUR_MS;
  return now - last.askedAt >= every && now - last.triedAt >= ASK_AGAIN_MS;
}
