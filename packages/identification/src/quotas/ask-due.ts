const HOUR_MS = 3_600_000;
/** While nothing is left, credits that are bought should be seen soon; and so is a provider that did not answer. */
export const ASK_AGAIN_MS = 5 * 60_000;

/** Whether the provider is to be asked what is left. Times are milliseconds since 1970, 0: never. */
export function isAskDue(now: number, last: { askedAt: number; triedAt: number; isOut: boolean }): boolean {
  const every = last.isOut ? ASK_AGAIN_MS : HOUR_MS;
  return now - last.askedAt >= every && now - last.triedAt >= ASK_AGAIN_MS;
}
