import { request } from 'node:http';
import { asyncProperty, assert as check, sample } from 'fast-check';
import { operationsOf, readDocument } from '../contract/document.ts';
import { createAnswerCheck } from './answer-check.ts';
import type { SeenAnswer } from './answer-comparison.ts';
import { type DrawnRequest, requestsTo, validRequestsTo } from './request-arbitrary.ts';

export type { SeenAnswer } from './answer-comparison.ts';
export { ANNA, type DrawnRequest } from './request-arbitrary.ts';

const BASE_PATH = '/api/v1';
/** An answer that takes longer counts as a hang. */
const MAX_ANSWER_MS = 20_000;

/** A server of the API. */
export interface FuzzedServer {
  port: number;
  /**
   * Replaces values of a drawn request by values that this server accepts: the credentials `ANNA`, and the examples of the
   * document. Absent if the server accepts the drawn ones.
   */
  prepare?(drawn: DrawnRequest): Promise<DrawnRequest>;
  /** Called with each answer: the request may have changed which values the server accepts. */
  answered?(answer: SeenAnswer): void;
}

export interface FuzzReport {
  /** How often each status was answered. */
  counts: Record<number, number>;
  /** Operations of which no request succeeded, so that the run says little about them. */
  unreached: string[];
}

/**
 * Sends requests drawn from the committed document to a server of the API, one after the other: first a valid one to each
 * operation. Rejects with the smallest
 * request that hangs, that gets a 5xx, or whose answer is not as the document says.
 */
export async function fuzz(server: FuzzedServer, { runs, seed }: { runs: number; seed?: number }): Promise<FuzzReport> {
  const document = readDocument('openapi.json');
  const faultsOf = createAnswerCheck(document, BASE_PATH);
  const counts: Record<number, number> = {};
  const operations = operationsOf(document);
  const succeeded = new Set<string>();
  const property = asyncProperty(requestsTo(operations), async (drawn) => {
    const answer = await send((await server.prepare?.(drawn)) ?? drawn, server.port);
    server.answered?.(answer);
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    if (answer.status < 300 && answer.method === drawn.operation.method) succeeded.add(drawn.operation.id);
    const faults = [...(answer.status >= 500 ? [`answers ${answer.status}`] : []), ...faultsOf(answer)];
    if (faults.length > 0) throw new Error(faults.join('\n'));
  });
  const seeded = seed === undefined ? {} : { seed };
  // However many operations there are, each gets a valid request.
  const valid = operations.flatMap((operation) => sample(validRequestsTo(operation), { ...seeded, numRuns: 1 }));
  await check(property, { ...seeded, numRuns: runs, examples: valid.map((drawn): [DrawnRequest] => [drawn]) });
  const unreached = operations.map(({ id }) => id).filter((id) => !succeeded.has(id));
  return { counts, unreached };
}

function send({ body, headers, method, target }: DrawnRequest, port: number): Promise<SeenAnswer> {
  const path = BASE_PATH + target;
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      // A kept connection could be closed by the server just when the next request is sent.
      agent: false,
      method,
      path,
      headers: { Host: 'localhost', ...headers, 'Content-Length': body.length },
    });
    sent.setTimeout(MAX_ANSWER_MS, () => sent.destroy(new Error(`${method} ${path} hangs`)));
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const received = new Headers();
        for (const [name, value] of Object.entries(response.headers)) received.set(name, String(value));
        resolve({
          method,
          path: path.split('?')[0] ?? '',
          status: response.statusCode ?? 0,
          headers: received,
          body: Buffer.concat(chunks),
        });
      });
    });
    sent.end(body);
  });
}
