import type { RedisOptions } from 'ioredis';

type TcpOptions = Omit<RedisOptions, 'replyMapping'>;

const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1000;
/** A connection on which Redis owes an answer is given up after so much silence. */
export const SILENCE_MS = 500;

const reconnecting: TcpOptions = {
  // With RESP 3 replies come in shapes that the client does not know.
  protocol: 2,
  connectTimeout: SILENCE_MS,
  disableClientInfo: true,
  // By INFO, which many a user may not use; our own sign of life tells more.
  enableReadyCheck: false,
  retryStrategy: (attempt) => Math.min(RETRY_FIRST_MS * 2 ** attempt, RETRY_MAX_MS),
};

/**
 * Fail fast: nothing is queued or repeated; only the connection is tried again. Replies are timed by `replyInTime`. The
 * time limit that ioredis has for sockets stays off: it runs out while a busy process has not read what has arrived.
 */
export const failFast: TcpOptions = {
  ...reconnecting,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // A command that was cut off may have run.
  autoResendUnfulfilledCommands: false,
};

/** The opposite for the connection that subscribes: it waits. */
export const patient: TcpOptions = {
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  // `Subscriptions` does it, and sees what is refused.
  autoResubscribe: false,
  // Given up, it may have nobody left at the other end to say good-bye.
  disconnectTimeout: 100,
};
