const SHORTEST_REASON = 10;
const LONGEST_REASON = 500;

/** Formats the length of a reason as "68 of 500 characters, at least 10". */
export function reasonLengthText(reason: string): string {
  return `${reason.trim().length} of ${LONGEST_REASON} characters, at least ${SHORTEST_REASON}`;
}

/** Returns the error of a reason; undefined when it is valid. The server decides in the end. */
export function reasonError(reason: string): string | undefined {
  const { length } = reason.trim();
  if (length < SHORTEST_REASON) return `Please say why in at least ${SHORTEST_REASON} characters.`;
  if (length > LONGEST_REASON) return `Please say why in at most ${LONGEST_REASON} characters.`;
  return undefined;
}
