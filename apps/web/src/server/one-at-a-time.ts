import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Hands on the requests of a connection one after the other. Pipelined requests are answered in their order anyway, but
 * Node has all of them in work at once: ten connections of a client that reads no answer were 3,000 pages.
 */
export function oneAtATime(handle: RequestListener): RequestListener {
  /** The last answer of each connection. */
  const last = new WeakMap<Socket, ServerResponse>();

  return (request, response) => {
    const { socket } = request;
    const before = last.get(socket);
    last.set(socket, response);
    if (before === undefined || before.closed) handle(request, response);
    else {
      before.once('close', () => {
        if (!socket.destroyed) handle(request, response);
      });
    }
  };
}
