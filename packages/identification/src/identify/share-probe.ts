import type { Clock } from '@plantcommunity/resilience';

/** How long the result of a probe is cached, in milliseconds. */
const RESULT_KEPT_MS = 1_000;

/** Wraps `probe` so that concurrent callers share one run, and its result for one second after. */
export function shareProbe<T>(clock: Clock, probe: () => Promise<T>): () => Promise<T> {
  let last: { result: Promise<T>; endedAt: number } | undefined;
  return () => {
    if (last !== undefined && clock.monotonic() < last.endedAt + RESULT_KEPT_MS) return last.result;
    const current = { result: probe(), endedAt: Number.POSITIVE_INFINITY };
    const end = () => {
      current.endedAt = clock.monotonic();
    };
    current.result.then(end, end);
    last = current;
    return current.result;
  };
}
