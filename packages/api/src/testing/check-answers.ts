import type { IncomingMessage, ServerResponse } from 'node:http';
import { committedDocuments } from '../contract/committed-documents.ts';
import { parseObject } from '../contract/document.ts';
import { v1 } from '../v1/index.ts';
import { createAnswerCheck } from './answer-check.ts';
import type { SeenAnswer } from './answer-comparison.ts';
import { whenAnswered } from './sent-answer.ts';

const document = parseObject(committedDocuments(v1).get('openapi.json') ?? '');
/** Lists how an answer differs from the OpenAPI document of v1. */
const faultsOf = createAnswerCheck(document, v1.basePath);

function requireDocumented(answer: SeenAnswer): void {
  const faults = faultsOf(answer);
  if (faults.length > 0) throw new Error(`The OpenAPI document says otherwise:\n${faults.join('\n')}`);
}

/**
 * Wraps a handler of fetch requests: rejects if an answer is not as the OpenAPI document says. The body of a file to be
 * saved, which may be endless, is compared once it was read to its end, and fails there.
 */
export function checkingAnswers(
  handler: (request: Request) => Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const response = await handler(request);
    const { body, headers, status } = response;
    const check = (bytes: Uint8Array) =>
      requireDocumented({ method: request.method, path: new URL(request.url).pathname, status, headers, body: bytes });
    if (body === null || headers.get('content-disposition')?.startsWith('attachment') !== true) {
      check(new Uint8Array(await response.clone().arrayBuffer()));
      return response;
    }
    return new Response(checkedAtEnd(body.getReader(), check), response);
  };
}

/** Returns the same body, which breaks at its end if the check throws. It reads nothing ahead. */
function checkedAtEnd(reader: ReadableStreamDefaultReader<Uint8Array>, check: (bytes: Uint8Array) => void) {
  const parts: Uint8Array[] = [];
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          check(Buffer.concat(parts));
          controller.close();
        } else {
          parts.push(value);
          controller.enqueue(value);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Throws, which fails the test run, when a server has sent an answer that is not as the OpenAPI document says. */
export function checkSentAnswer(request: IncomingMessage, response: ServerResponse): void {
  whenAnswered(request, response, requireDocumented);
}
