import { request } from 'node:http';
import { asyncProperty, assert as check } from 'fast-check';
import { operationsOf, readDocument } from '../contract/document.ts';
import { createAnswerCheck } from './answer-check.ts';
import type { SeenAnswer } from './answer-comparison.ts';
import { apiUnderTest, config } from './api-under-test.ts';
import { ownedBy } from './owned-by.ts';
import { type DrawnRequest, requestsTo } from './request-arbitrary.ts';
import { guardUnderTest, serve } from './serve.ts';

const BASE_PATH = '/api/v1';
/** An answer that takes longer counts as a hang; the API answers at once, because what stands behind it is fake. */
const PATIENCE_MS = 10_000;
const RATE = { count: 1_000_000, windowMs: 3_600_000 };

export interface FuzzReport {
  /** How often each status was answered. */
  counts: Record<number, number>;
  /** Operations of which no request succeeded, so that the run says little about them. */
  unreached: string[];
}

/**
 * Sends requests drawn from the committed document to a server of the API, one after the other. Rejects with the smallest
 * request that hangs, that gets a 5xx, or whose answer is not as the document says.
 */
export async function fuzz({ runs, seed }: { runs: number; seed?: number }): Promise<FuzzReport> {
  const document = readDocument('openapi.json');
  const faultsOf = createAnswerCheck(document, BASE_PATH);
  const rates = Object.fromEntries(Object.keys(config.rates).map((name) => [name, RATE]));
  const { api, clock } = apiUnderTest({
    config: { rates: { ...config.rates, ...rates } },
    service: ownedBy('anna'),
  });
  const server = await serve(guardUnderTest(clock), (incoming) => api.rest(incoming));
  const counts: Record<number, number> = {};
  const operations = operationsOf(document);
  const succeeded = new Set<string>();
  const property = asyncProperty(requestsTo(operations), async (drawn) => {
    const answer = await send(drawn, server.port);
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    if (answer.status < 300 && answer.method === drawn.operation.method) succeeded.add(drawn.operation.id);
    const faults = [...(answer.status >= 500 ? [`answers ${answer.status}`] : []), ...faultsOf(answer)];
    if (faults.length > 0) throw new Error(faults.join('\n'));
  });
  try {
    await check(property, { numRuns: runs, ...(seed !== undefined && { seed }) });
  } finally {
    server.close();
  }
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
    sent.setTimeout(PATIENCE_MS, () => sent.destroy(new Error(`${method} ${path} hangs`)));
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
