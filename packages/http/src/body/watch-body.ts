import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '@plantcommunity/resilience';
import { createChunkMeter } from './chunk-meter.ts';

/** Why a body was ended before its last byte: its chunks were too small on average, or its time limit passed. */
type BodyFault = 'tiny_chunks' | 'slow';

/** State of a request body at the connection, which the body of a fetch `Request` does not expose. */
export interface WatchedBody {
  readonly fault: BodyFault | undefined;
  /** Removes the time limit, for a reader that enforces a minimum data rate itself. */
  liftTimeLimit(): void;
}

const current = new AsyncLocalStorage<WatchedBody | undefined>();

/** Returns the body of the current request; undefined without a body, or without a request guard in front. */
export function currentBody(): WatchedBody | undefined {
  return current.getStore();
}

/**
 * Makes `body` the current one for the rest of this request, by its async context: frameworks copy the request on the
 * way to its reader, but keep the context. Pass undefined for a request without a body: a pipelined request may run in
 * the context of the one before.
 */
function enterBody(body: WatchedBody | undefined): void {
  if (current.getStore() !== body) current.enterWith(body);
}

/** Time limit for a whole body of at most 64 kB; readers of uploads, which are larger, remove it. */
export const BODY_TIME_LIMIT_MS = 30_000;

/**
 * Bounds the cost of a request body, on every path and even if no handler reads the body:
 * - An answer that is sent before the body's last byte says `Connection: close`, and the connection is closed in stages
 *   (`closeLingering`).
 * - A chunked body ends early when its mean chunk is under 64 bytes after 4,096 chunks. Chunks are counted at Node's
 *   parser, where each one costs time; readers get them joined.
 * - A body ends early after 30 seconds, unless its reader removes the time limit.
 *
 * The reader of a body that ended early sees a normal end; `currentBody().fault` says why it ended.
 */
export function watchBody(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  const { headers, socket } = request;
  const isChunked = headers['transfer-encoding'] !== undefined;
  if (!isChunked && Number(headers['content-length'] ?? 0) === 0) {
    enterBody(undefined);
    return;
  }

  const push = request.push.bind(request);
  let fault: BodyFault | undefined;

  const end = (why: BodyFault): void => {
    if (fault !== undefined || request.complete) return;
    fault = why;
    // Returning false tells the parser to stop reading the connection.
    request.push = () => false;
    // Node treats the end of an incomplete request as a lost client, and would destroy the connection unanswered.
    request.complete = true;
    push(null);
  };

  if (isChunked) {
    const meter = createChunkMeter();
    request.push = (chunk: Buffer | null) => {
      if (chunk !== null && meter.add(chunk.length, socket.bytesRead)) end('tiny_chunks');
      return fault === undefined && push(chunk);
    };
  }

  const cancelTimer = clock.setTimeout(() => end('slow'), BODY_TIME_LIMIT_MS);
  response.once('close', cancelTimer);

  const writeHead = response.writeHead.bind(response);
  Object.assign(response, {
    writeHead: (...head: unknown[]): unknown => {
      if (!request.complete || fault !== undefined) {
        response.setHeader('Connection', 'close');
        // Node calls this once the answer is written; its own version would reset a connection with unread bytes.
        socket.destroySoon = () => closeLingering(socket, clock);
      }
      return Reflect.apply(writeHead, undefined, head);
    },
  });

  enterBody({
    get fault() {
      return fault;
    },
    liftTimeLimit: cancelTimer,
  });
}

const MAX_DISCARDED_BYTES = 256 * 1024;
const MAX_LINGER_MS = 2_000;

/**
 * Closes a connection in stages (RFC 9112, 9.6), so that a client that is still sending can read its answer: closing
 * with unread bytes would reset the connection and lose the answer. Half-closes our side, discards at most 256 kB more
 * without parsing them, and destroys the connection after 2 seconds unless the client closes it first.
 */
function closeLingering(socket: Socket, clock: Clock): void {
  let left = MAX_DISCARDED_BYTES;
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
    clock.setTimeout(() => socket.destroy(), MAX_LINGER_MS),
  );
  socket.end();
  socket.resume();
}
