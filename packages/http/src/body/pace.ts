const WINDOW_SECONDS = 20;
const LEAST_BYTES_A_SECOND = 8_000;
const LONGEST_SECONDS = 600;

/** `stalled`: less than 8 kB/s over the last 20 seconds, or nothing. `overlong`: 10 minutes are over. */
export type PaceVerdict = 'moving' | 'stalled' | 'overlong';

/**
 * Enforces a minimum data rate on a request body (against slow senders, "slowloris"); counts time spent waiting only.
 */
export interface Pace {
  add(bytes: number): void;
  /** Counts one more second of waiting for the sender. */
  tick(): PaceVerdict;
}

/** Measures over a sliding window of 20 seconds, with one slot a second. */
export function createPace(): Pace {
  const slots = Array.from({ length: WINDOW_SECONDS }, () => 0);
  let elapsed = 0;
  let inWindow = 0;
  return {
    add(bytes) {
      const slot = elapsed % WINDOW_SECONDS;
      slots[slot] = (slots[slot] ?? 0) + bytes;
      inWindow += bytes;
    },
    tick() {
      elapsed += 1;
      if (elapsed >= LONGEST_SECONDS) return 'overlong';
      if (elapsed >= WINDOW_SECONDS && inWindow < WINDOW_SECONDS * LEAST_BYTES_A_SECOND) return 'stalled';
      const oldest = elapsed % WINDOW_SECONDS;
      inWindow -= slots[oldest] ?? 0;
      slots[oldest] = 0;
      return 'moving';
    },
  };
}
