import { connect } from 'node:net';
import type { PoolClient } from 'pg';

/** Code of a CancelRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const CANCEL_REQUEST = 80_877_102;
const MESSAGE_BYTES = 16;
/** Longest wait for the server, in milliseconds. */
const TIMEOUT_MS = 3_000;

/**
 * Cancels at the server the statement that a connection waits for, in the background. PostgreSQL does not notice that a
 * client has left while its statement waits for a lock: each new connection would add one such statement, until the
 * server has no connection left. It is not encrypted, as in PQcancel of libpq: the key is useless once the connection ends.
 */
export function cancelStatement(client: PoolClient): void {
  const [host, port, processId, secretKey] = ['host', 'port', 'processID', 'secretKey'].map((name): unknown =>
    Reflect.get(client, name),
  );
  if (typeof host !== 'string' || typeof port !== 'number') return;
  if (typeof processId !== 'number' || typeof secretKey !== 'number') return;
  const message = Buffer.alloc(MESSAGE_BYTES);
  for (const [place, value] of [MESSAGE_BYTES, CANCEL_REQUEST, processId, secretKey].entries()) {
    message.writeInt32BE(value, place * 4);
  }
  const socket = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  // Best effort: a server that cannot be reached cannot be asked to cancel.
  socket.on('error', () => undefined);
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
  socket.unref();
  socket.end(message);
  socket.resume();
}
