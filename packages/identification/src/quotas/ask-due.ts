const HOUR_MS = 3_600_000;
/** While nothing is left, credits that are bought should be seen soon; and so is a provider that did not answer. */
export const ASK_AGAIN_MS = 5 * 60_000;

/** While the provider's count alone can tell what calls cost whose ends are unknown: at each look, and a little apart. */
const SETTLE_AGAIN_MS = 60_000;

export interface LastAsked {
  /** Times are milliseconds since 1970, 0: never. */
  readonly askedAt: number;
  readonly triedAt: number;
  /** Nothing is left. */
  readonly isOut: boolean;
  /** Calls are over for certain since it was asked, and what they cost is unknown. */
  readonly isInDoubt: boolean;
}

/** Whether the provider is to be asked what is left. */
export function isAskDue(now: number, last: LastAsked): boolean {
  if (last.isInDoubt && now - last.triedAt >= SETTLE_AGAIN_MS) return true;
  const every = last.isOut ? ASK_AGAIN_MS : HOUR_MS;
  return now - last.askedAt >= every && now - last.triedAt >= ASK_AGAIN_MS;
}
