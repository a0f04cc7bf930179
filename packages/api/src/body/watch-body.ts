import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@plantcommunity/resilience';
import { type BodyFault, enterBody } from './arriving-body.ts';
import { createChunkMeter } from './chunk-meter.ts';
import { closeLingering } from './lingering-close.ts';

/** For a whole body of at most 64 kB; uploads, which are larger, lift it. */
export const BODY_TIME_LIMIT_MS = 30_000;

/**
 * Bounds what the body of a request may cost, whichever framework serves the path and whether it reads the body or not:
 * - An answer that leaves before the body's last byte says `Connection: close`, and the connection lingers until the
 *   client has read it, then it is cut.
 * - A chunked body whose mean chunk is under 64 bytes after 4,096 chunks ends there. Chunks are counted where Node's
 *   parser hands them over: that is where they cost, and behind it they are joined.
 * - A body that takes longer than 30 seconds ends there, unless its reader lifts the limit.
 *
 * To its reader a body that was ended ends like any other; `currentBody()` knows why.
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
    // A false tells the parser to stop reading the connection.
    request.push = () => false;
    // Node takes the end of an incomplete request for a lost client, and would destroy the connection unanswered.
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
        // Node calls this once such an answer is written; its own would reset a connection with unread bytes.
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
