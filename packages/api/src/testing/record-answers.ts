// Loaded into a process by NODE_OPTIONS: appends a line to ANSWERS_FILE for each answer of v1 and legacy that its servers
// send, with what the committed OpenAPI document says otherwise.
import { appendFileSync } from 'node:fs';
import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { readDocument } from '../contract/document.ts';
import { createAnswerCheck } from './answer-check.ts';
import type { SeenAnswer } from './answer-comparison.ts';
import { whenAnswered } from './sent-answer.ts';

const BASE_PATH = '/api/v1';
/** Paths below which v1 and legacy lie; streams of tRPC are not kept. */
const WATCHED = /^\/api\/(?!trpc\/|metrics|health\/)/;
const file = process.env['ANSWERS_FILE'];
const emit: unknown = Reflect.get(Server.prototype, 'emit');
let check: ReturnType<typeof createAnswerCheck> | undefined;

function record(request: IncomingMessage, response: ServerResponse, to: string): void {
  whenAnswered(request, response, (answer) => {
    const { method, path, status } = answer;
    const name = `${method} ${path}: ${status}`;
    const faults = faultsOf(answer, name);
    if (faults !== undefined) appendFileSync(to, `${JSON.stringify({ answer: name, faults })}\n`);
  });
}

/** Returns what is wrong with an answer; undefined if it is not compared. Never throws: the app would end. */
function faultsOf(answer: SeenAnswer, name: string): string[] | undefined {
  try {
    check ??= createAnswerCheck(readDocument('openapi.json'), BASE_PATH);
    return check.covers(answer.path) ? check({ ...answer, body: decompressed(answer) }) : undefined;
  } catch (error) {
    return [`${name} cannot be compared: ${String(error)}`];
  }
}

/** Returns the body as it was before it was compressed for its way. */
function decompressed({ body, headers }: SeenAnswer): Uint8Array {
  if (body.length === 0) return body;
  switch (headers.get('content-encoding')) {
    case 'gzip':
      return gunzipSync(body);
    case 'deflate':
      return inflateSync(body);
    case 'br':
      return brotliDecompressSync(body);
    default:
      return body;
  }
}

if (file !== undefined && typeof emit === 'function') {
  Server.prototype.emit = function watched(this: Server, event: string | symbol, ...all: unknown[]): boolean {
    const [request, response] = all;
    const isRequest = event === 'request' && request instanceof IncomingMessage && response instanceof ServerResponse;
    // oxlint-disable-next-line typescript/no-unsafe-argument -- instanceof gives the type argument any
    if (isRequest && WATCHED.test(request.url ?? '')) record(request, response, file);
    return Reflect.apply(emit, this, [event, ...all]) === true;
  };
}
