/** A timer may fire late by so much, in milliseconds, before its delay counts as a busy process. */
const TOLERANCE_MS = 50;

/**
 * Calls `onLate` once `ms` milliseconds have passed, unless the returned function is called before. Time in which this
 * process itself did not run, as while its event loop was blocked, does not count: an answer may have arrived meanwhile.
 */
export function startTimeLimit(ms: number, onLate: () => void): () => void {
  let due = performance.now() + ms;
  let immediate: NodeJS.Immediate | undefined;
  let timer = setTimeout(fire, ms);

  function fire(): void {
    const lateMs = performance.now() - due;
    if (lateMs > TOLERANCE_MS) {
      const moreMs = Math.min(lateMs, ms);
      due = performance.now() + moreMs;
      timer = setTimeout(fire, moreMs);
      return;
    }
    // What has arrived is read before this runs.
    immediate = setImmediate(onLate);
  }

  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
