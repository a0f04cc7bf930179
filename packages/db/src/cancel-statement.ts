import { connect, type Socket } from 'node:net';
import type { PoolClient } from 'pg';
import { ServerSocket } from './connection/server-socket.ts';

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
export async function cancelStatement(client: PoolClient): Promise<void> {
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
