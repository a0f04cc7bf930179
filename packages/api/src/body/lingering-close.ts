import type { Socket } from 'node:net';
import type { Clock } from '@plantcommunity/resilience';

const MOST_BYTES = 256 * 1024;
const MOST_MS = 2_000;

/**
 * Closes a connection whose client may still be sending, so that the client can read its answer: a server that closes
 * with unread bytes resets the connection, and the answer is lost with them (RFC 9112, 9.6). Sends the end of our side,
 * takes at most 256 kB more, which are not parsed, and cuts the connection after 2 seconds unless the client closes it
 * first.
 */
export function closeLingering(socket: Socket, clock: Clock): void {
  let left = MOST_BYTES;
  // Adding a listener takes the connection back from the HTTP parser, which reads the handle itself; its own listener
  // is among those removed.
  socket.once('data', () => undefined);
  socket.removeAllListeners('data');
  socket.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    // The client's kernel stops sending when nothing is read; the answer stays readable.
    if (left <= 0) socket.pause();
  });
  socket.once(
    'close',
    clock.setTimeout(() => socket.destroy(), MOST_MS),
  );
  socket.end();
  socket.resume();
}
