import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import type { FrontDoor } from '@plantcommunity/api';

const REQUEST_START = 'http.server.request.start';

/**
 * Milliseconds for a whole request and for its headers. An upload that moves may take 10 minutes, and its reader ends
 * one that does not; Node's own 5 minutes would cut it.
 */
const TIME_LIMITS = { requestTimeout: 11 * 60_000, headersTimeout: 60_000 };

/**
 * Puts `door` before the server that Next has started, of which it tells nobody: each path of it goes through, files
 * and Next's own errors included. Node names the server with each request, just before it hands the request over. The
 * end of it concerns only servers that have not been asked anything yet.
 */
export function openFrontDoor(door: FrontDoor): () => void {
  const known = new WeakSet<Server>();
  const meet = (message: unknown): void => {
    const server = serverOf(message);
    if (server === undefined || known.has(server)) return;
    known.add(server);
    putBefore(server, door);
  };
  subscribe(REQUEST_START, meet);
  return () => void unsubscribe(REQUEST_START, meet);
}

function putBefore(server: Server, door: FrontDoor): void {
  const inside = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (door(request, response) === 'answered') return;
    for (const listener of inside) Reflect.apply(listener, server, [request, response]);
  });
  // Node would answer by itself, past the door, who names no host and who expects what nobody knows.
  Object.assign(server, { requireHostHeader: false }, TIME_LIMITS);
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  // No WebSocket is spoken here but that of `next dev`: without a listener Node takes such a request for any other.
  if (process.env.NODE_ENV === 'production') server.removeAllListeners('upgrade');
}

function serverOf(message: unknown): Server | undefined {
  if (typeof message !== 'object' || message === null || !('server' in message)) return undefined;
  return message.server instanceof Server ? message.server : undefined;
}
