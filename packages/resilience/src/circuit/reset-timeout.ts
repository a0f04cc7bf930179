/** How much longer than doubled a reset time may be, so that processes do not all try at the same moment. */
export const JITTER = 0.1;

/** Draws the jitter from the option `random` if it returns a number from 0 to 1, else from Math.random(). */
export function drawJitter(options: { random?(): number }): number {
  const drawn = options.random?.() ?? Number.NaN;
  return drawn >= 0 && drawn <= 1 ? drawn : Math.random();
}

/**
 * How long a circuit stays open for the `attempt`-th time in a row (1: it was closed before): the base, then
 * doubled each time, plus 0 to 10 % on doubled times only, never over the maximum. All in milliseconds.
 * @param random 0 up to 1
 */
export function resetTimeout(
  attempt: number,
  times: { readonly resetTimeoutMs: number; readonly maxResetTimeoutMs: number },
  random: () => number,
): number {
  if (attempt <= 1) return times.resetTimeoutMs;
  const doubled = times.resetTimeoutMs * 2 ** (attempt - 1);
  return Math.min(doubled * (1 + JITTER * random()), times.maxResetTimeoutMs);
}
