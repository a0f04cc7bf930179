import type { RedisOptions } from 'ioredis';

type TcpOptions = Omit<RedisOptions, 'replyMapping'>;

const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1000;
/** A connection on which Redis owes an answer is given up after so much silence. */
export const SILENCE_MS = 500;

const reconnectOptions: TcpOptions = {
  // With RESP 3 replies come in shapes that the client does not know.
  protocol: 2,
  connectTimeout: SILENCE_MS,
  disableClientInfo: true,
  // It needs INFO, which many users may not run; our own probe checks more.
  enableReadyCheck: false,
  retryStrategy: (attempt) => Math.min(RETRY_FIRST_MS * 2 ** attempt, RETRY_MAX_MS),
};

/**
 * Options for commands: fail fast. No command is queued or retried; only the connection is. `replyInTime` limits the
 * time of replies. The socket timeout of ioredis stays off: it fires while a busy process has unread replies.
 */
export const commandOptions: TcpOptions = {
  ...reconnectOptions,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // An interrupted command may have run.
  autoResendUnfulfilledCommands: false,
};

/** Options for the connection that subscribes: it queues commands and waits for the connection. */
export const subscriberOptions: TcpOptions = {
  enableOfflineQueue: true,
  maxRetriesPerRequest: null,
  // `Subscriptions` subscribes again itself, and sees refusals.
  autoResubscribe: false,
  // The server of an abandoned connection may not answer the close.
  disconnectTimeout: 100,
};
