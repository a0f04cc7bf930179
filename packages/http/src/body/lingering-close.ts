import type { Socket } from 'node:net';
import type { Clock } from '@plantcommunity/resilience';

const MOST_BYTES = 256 * 1024;
const MOST_MS = 2_000;

/**
 * Closes a connection in stages (RFC 9112, 9.6), so that a client that is still sending can read its answer: closing
 * with unread bytes would reset the connection and lose the answer. Half-closes our side, discards at most 256 kB more
 * without parsing them, and destroys the connection after 2 seconds unless the client closes it first.
 */
export function closeLingering(socket: Socket, clock: Clock): void {
  let left = MOST_BYTES;
  // Adding a listener detaches the HTTP parser from the handle; removing all listeners removes the parser's, too.
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
