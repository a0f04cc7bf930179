import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@plantcommunity/resilience';
import { type BodyFault, enterBody } from './arriving-body.ts';
import { createChunkMeter } from './chunk-meter.ts';
import { closeLingering } from './lingering-close.ts';

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
