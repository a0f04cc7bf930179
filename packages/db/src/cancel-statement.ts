import { connect, type Socket } from 'node:net';
import type { PoolClient } from 'pg';
import { ServerSocket } from './connection/server-socket.ts';

/** Code of a CancelRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const CANCEL_REQUEST = 80_877_102;
const MESSAGE_BYTES = 16;
/** Longest wait for the server, in milliseconds. */
const TIMEOUT_MS = 3_000;

/**
 * Cancels at the server the statement that a connection waits for, in the background. PostgreSQL does not notice that a
 * client has left while its statement waits for a lock: each new connection would add one such statement, until the
 * server has no connection left. The request travels as the connection did, encrypted or not.
 */
export function cancelStatement(client: PoolClient): void {
  const [processId, secretKey] = ['processID', 'secretKey'].map((name): unknown => Reflect.get(client, name));
  if (typeof processId !== 'number' || typeof secretKey !== 'number') return;
  const message = Buffer.alloc(MESSAGE_BYTES);
  for (const [place, value] of [MESSAGE_BYTES, CANCEL_REQUEST, processId, secretKey].entries()) {
    message.writeInt32BE(value, place * 4);
  }
  // Best effort: a server that cannot be reached cannot be asked to cancel.
  send(client, message).catch(() => undefined);
}

async function send(client: PoolClient, message: Buffer): Promise<void> {
  const socket = await openLike(client);
  if (socket === undefined) return;
  socket.on('error', () => undefined);
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
  socket.unref();
  socket.end(message);
  socket.resume();
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
