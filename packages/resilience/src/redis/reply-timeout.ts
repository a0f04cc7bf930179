import type { Cancel } from '../clock.ts';

/**
 * Time is measured in intervals this short; an interval in which this process was busy counts once, however long it
 * took.
 */
export const TICK_MS = 25;
/** Maximum delay of a timer while the event loop is not blocked. */
export const TICK_TOLERANCE_MS = 5;
/** Arriving data extends the time up to this factor: Redis is working, and replies come in order. */
const MAX_EXTENSION = 20;

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
    const length = Math.min(ms - silentMs, TICK_MS);
    const begunAt = performance.now();
    timer = setTimeout(() => {
      const passedMs = Math.min(performance.now() - begunAt, length + TICK_TOLERANCE_MS);
      const hasHeard = received() !== bytes && heardMs < ms * MAX_EXTENSION;
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
export class ReplyTimeoutError extends Error {
  override readonly name = 'LateReplyError';

  constructor() {
    super('Command timed out');
  }
}

/** Returns or throws the reply. @throws {ReplyTimeoutError} when Redis was silent for `timeoutMs`, see `afterSilence` */
export function withReplyTimeout<T>(reply: Promise<T>, timeoutMs: number, received: Received = () => 0): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = afterSilence(timeoutMs, received, () => reject(new ReplyTimeoutError()));
    reply.then(resolve, reject).finally(cancel);
  });
}
