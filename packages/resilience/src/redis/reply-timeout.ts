import type { Cancel } from '../clock.ts';

/**
 * Time is measured in intervals of this length. An interval in which this process was busy counts once, however long it
 * took.
 */
export const TICK_MS = 25;
/** Maximum delay of a timer while the event loop is not blocked. */
export const TICK_TOLERANCE_MS = 5;
/** Arriving data extends the time up to this factor: Redis is working, and replies come in order. */
const MAX_EXTENSION = 20;

/** Returns the number of bytes received from Redis on the connection so far. */
export type BytesReceived = () => number;

/**
 * Calls `fn` after Redis was silent for `ms`. Time in which the event loop was blocked (for more than a few
 * milliseconds) does not count, nor does time in which data arrived.
 */
export function afterSilence(ms: number, bytesReceived: BytesReceived, fn: () => void): Cancel {
  let [silentMs, activeMs, bytes] = [0, 0, bytesReceived()];
  let timer: NodeJS.Timeout;
  let immediate: NodeJS.Immediate | undefined;
  const tick = () => {
    const length = Math.min(ms - silentMs, TICK_MS);
    const startedAt = performance.now();
    timer = setTimeout(() => {
      const passedMs = Math.min(performance.now() - startedAt, length + TICK_TOLERANCE_MS);
      const isActive = bytesReceived() !== bytes && activeMs < ms * MAX_EXTENSION;
      if (isActive) [activeMs, bytes] = [activeMs + passedMs, bytesReceived()];
      else silentMs += passedMs;
      if (silentMs < ms) tick();
      // Node runs immediates after it has read the sockets, timers before.
      else immediate = setImmediate(fn);
    }, length);
  };
  tick();
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}

/** The reply did not arrive within its time limit. */
export class ReplyTimeoutError extends Error {
  override readonly name = 'ReplyTimeoutError';

  constructor() {
    super('Command timed out');
  }
}

/** Returns or throws the reply. @throws {ReplyTimeoutError} when Redis was silent for `timeoutMs`, see `afterSilence` */
export function withReplyTimeout<T>(
  reply: Promise<T>,
  timeoutMs: number,
  bytesReceived: BytesReceived = () => 0,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = afterSilence(timeoutMs, bytesReceived, () => reject(new ReplyTimeoutError()));
    reply.then(resolve, reject).finally(cancel);
  });
}
