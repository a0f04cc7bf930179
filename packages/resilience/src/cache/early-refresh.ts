import { ageMs, type Envelope } from './envelope.ts';

/**
 * Whether to load anew although the value is still fresh, so that readers of a busy key never meet its end together:
 * optimal probabilistic early recomputation ("XFetch", Vattani, Chierichetti, Lowenstein 2015). Each read draws; the
 * longer the last load took and the nearer the end, the likelier.
 * @param random 0 up to 1 @param beta above 1: earlier, under 1: later
 */
export function isRefreshDue(envelope: Envelope, now: number, random: () => number, beta = 1): boolean {
  const leftMs = envelope.ttlMs - ageMs(envelope, now);
  // 1 - random() is never 0, which has no logarithm.
  return -envelope.loadMs * beta * Math.log(1 - random()) >= leftMs;
}
