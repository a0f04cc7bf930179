import { connect, type Socket } from 'node:net';
import type { Pool, PoolClient } from 'pg';
import { ServerSocket } from './connection/server-socket.ts';

/** Longest statement, in milliseconds: a request that waits for one is answered within 5 s. */
const STATEMENT_TIMEOUT_MS = 4_000;
/** Longest wait for the end of a cancelled statement, in milliseconds. */
const CANCEL_MS = 400;
/**
 * Begins a transaction that the server ends when this process cannot, because it or the network hangs. The limits
 * belong to the transaction, not to the session, whose settings a transaction pooler would give to another client.
 */
const BEGIN = [
  'BEGIN',
  'SET LOCAL statement_timeout = 6000',
  'SET LOCAL idle_in_transaction_session_timeout = 15000',
].join('; ');

/**
 * Cancels a statement that takes too long, and ends its connection if the server does not react to that either. The
 * connection stays until then, since a pooler in front knows a statement by its client. Also ends a connection that is
 * released while a statement still runs or a transaction is open: its next user would run inside that transaction.
 */
export function limitStatements(pool: Pool): void {
  /** Number of running statements by connection. */
  const running = new WeakMap<object, number>();

  function watch(client: PoolClient): void {
    const send: unknown = Reflect.get(client, 'query');
    if (typeof send !== 'function') return;
    const started = (): (() => void) => {
      running.set(client, (running.get(client) ?? 0) + 1);
      let ending: NodeJS.Timeout | undefined;
      const stop = startTimeLimit(STATEMENT_TIMEOUT_MS, () => {
        void cancelStatement(client);
        ending = setTimeout(() => void client.end(), CANCEL_MS);
      });
      return () => {
        stop();
        clearTimeout(ending);
        running.set(client, (running.get(client) ?? 0) - 1);
      };
    };
    Object.assign(client, {
      query(...given: unknown[]): unknown {
        const ended = started();
        const parameters = withLimits(given);
        const callback = parameters.at(-1);
        if (typeof callback === 'function') {
          const wrapped = (...result: unknown[]): void => {
            ended();
            Reflect.apply(callback, undefined, result);
          };
          const result: unknown = Reflect.apply(send, client, [...parameters.slice(0, -1), wrapped]);
          return result;
        }
        const result: unknown = Reflect.apply(send, client, parameters);
        if (result instanceof Promise) result.then(ended, ended);
        return result;
      },
    });
  }

  pool.on('connect', watch);
  pool.on('release', (_error, client) => {
    if ((running.get(client) ?? 0) > 0) {
      void cancelStatement(client);
      // Ends at once, so that the pool notices.
      void client.end();
    } else if (client.getTransactionStatus() !== 'I') void client.end();
  });
}

/** Adds the limits to the statement by which the adapter begins a transaction. */
function withLimits(parameters: unknown[]): unknown[] {
  const [query, ...rest] = parameters;
  const isBegin = typeof query === 'object' && query !== null && Reflect.get(query, 'text') === 'BEGIN';
  return isBegin ? [{ ...query, text: BEGIN }, ...rest] : parameters;
}

/** Code of a CancelRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const CANCEL_REQUEST = 80_877_102;
const MESSAGE_BYTES = 16;
/** Longest wait for a connection to the server, in milliseconds. */
const TIMEOUT_MS = 3_000;

/**
 * Cancels at the server the statement that a connection waits for. PostgreSQL does not notice that a client has left
 * while its statement waits for a lock: each new connection would add one such statement, until the server has no
 * connection left. The request travels as the connection did, encrypted or not. Best effort: never rejects, and resolves
 * once the server has taken the request or cannot be reached.
 */
async function cancelStatement(client: PoolClient): Promise<void> {
  const [processId, secretKey] = ['processID', 'secretKey'].map((name): unknown => Reflect.get(client, name));
  if (typeof processId !== 'number' || typeof secretKey !== 'number') return;
  const message = Buffer.alloc(MESSAGE_BYTES);
  for (const [place, value] of [MESSAGE_BYTES, CANCEL_REQUEST, processId, secretKey].entries()) {
    message.writeInt32BE(value, place * 4);
  }
  const socket = await openLike(client)?.catch(() => undefined);
  if (socket === undefined) return;
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.on('error', () => undefined);
  socket.unref();
  // The server closes, not we: PgBouncer 1.18, which is Debian's, ends with a fatal error when a client that sent a
  // request to cancel leaves first.
  socket.write(message);
  socket.resume();
  await closed;
}

/** Opens a connection to where `client` is connected; undefined when that is not known. */
function openLike(client: PoolClient): Promise<Socket> | undefined {
  const connection: unknown = Reflect.get(client, 'connection');
  const stream: unknown = typeof connection === 'object' && connection !== null && Reflect.get(connection, 'stream');
  if (stream instanceof ServerSocket) return stream.openAnother(AbortSignal.timeout(TIMEOUT_MS));
  const [host, port] = ['host', 'port'].map((name): unknown => Reflect.get(client, name));
  if (typeof host !== 'string' || !host.startsWith('/') || typeof port !== 'number') return undefined;
  return Promise.resolve(connect({ path: `${host}/.s.PGSQL.${port}` }));
}

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
