import type { Cancel } from '../clock.ts';

/**
 * Time is measured in intervals this short; an interval in which this process was busy counts once, however long it
 * took.
 */
export const TURN_MS = 25;
/** Maximum delay of a timer while the event loop is not blocked. */
export const ON_TIME_MS = 5;
/** Arriving data extends the time up to this factor: Redis is working, and replies come in order. */
const LONGEST = 20;

/** Returns the number of bytes received from Redis on the connection so far. */
export type Received = () => number;

/**
 * Calls `fn` after Redis was silent for `ms`. Time in which the event loop was blocked (for more than a few
 * milliseconds) does not count, nor does time in which data arrived.
 */
export function afterSilence(ms: number, received: Received, fn: () => void): Cancel {
  let [silentMs, heardMs, bytes] = [0, 0, received()];
  let timer: NodeJS.Timeout;
  let last: NodeJS.Immediate | undefined;
  const turn = () => {
    const length = Math.min(ms - silentMs, TURN_MS);
    const begunAt = performance.now();
    timer = setTimeout(() => {
      const passedMs = Math.min(performance.now() - begunAt, length + ON_TIME_MS);
      const hasHeard = received() !== bytes && heardMs < ms * LONGEST;
      if (hasHeard) [heardMs, bytes] = [heardMs + passedMs, received()];
      else silentMs += passedMs;
      if (silentMs < ms) turn();
      // Node runs immediates after it has read the sockets, timers before.
      else last = setImmediate(fn);
    }, length);
  };
  turn();
  return () => {
    clearTimeout(timer);
    clearImmediate(last);
  };
}

/** The reply did not arrive within its time limit. */
export class LateReplyError extends Error {
  override readonly name = 'LateReplyError';

  constructor() {
    super('Command timed out');
  }
}

/** Returns or throws the reply. @throws {LateReplyError} when Redis was silent for `timeoutMs`, see `afterSilence` */
export function replyInTime<T>(reply: Promise<T>, timeoutMs: number, received: Received = () => 0): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = afterSilence(timeoutMs, received, () => reject(new LateReplyError()));
    reply.then(resolve, reject).finally(cancel);
  });
}
