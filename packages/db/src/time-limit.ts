/** A timer that fires later than this, in milliseconds, means that the event loop was blocked. */
const TOLERANCE_MS = 50;

/**
 * Calls `onLate` after `ms` milliseconds, unless the returned function is called first. Time in which the event loop
 * was blocked does not count: an answer may have arrived meanwhile without being read.
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
    // Sockets are read before this runs.
    immediate = setImmediate(onLate);
  }

  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
