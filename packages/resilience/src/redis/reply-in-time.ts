import type { Cancel } from '../clock.ts';

/** In so short turns time is counted; one in which this process was busy counts as one, however long it took. */
const TURN_MS = 25;
/** How late a timer may be though the event loop is on time. */
const ON_TIME_MS = 5;
/** Data that arrives prolongs the time, up to this factor: Redis works, and replies come in order. */
const LONGEST = 20;

/** How many bytes have arrived from Redis on the connection so far. */
export type Received = () => number;

/**
 * Calls `fn` after Redis was silent for `ms` while this process could have heard it: time in which the event loop was
 * late (by more than a few milliseconds) does not count, nor does time in which data arrived.
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

/** The reply had not come when its time was up. */
export class LateReplyError extends Error {
  override readonly name = 'LateReplyError';

  constructor() {
    super('Command timed out');
  }
}

/** @throws {LateReplyError} when Redis was silent for `timeoutMs`, see `afterSilence`; else what the reply is */
export function replyInTime<T>(reply: Promise<T>, timeoutMs: number, received: Received = () => 0): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = afterSilence(timeoutMs, received, () => reject(new LateReplyError()));
    reply.then(resolve, reject).finally(cancel);
  });
}
