import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SeenAnswer } from './answer-comparison.ts';

/** Calls back with the answer to a request of a server, once it is sent. To be called before anything is written. */
export function whenAnswered(
  { method = 'GET', url = '' }: IncomingMessage,
  response: ServerResponse,
  callback: (answer: SeenAnswer) => void,
): void {
  const chunks: Buffer[] = [];
  const [write, end] = [response.write.bind(response), response.end.bind(response)];
  const keep = (chunk: unknown) => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  Object.assign(response, {
    write: (...all: unknown[]): unknown => {
      keep(all[0]);
      return Reflect.apply(write, undefined, all);
    },
    end: (...all: unknown[]): unknown => {
      keep(all[0]);
      return Reflect.apply(end, undefined, all);
    },
  });
  const path = url.split('?')[0] ?? '';
  response.once('finish', () => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(response.getHeaders())) headers.set(name, String(value));
    callback({ method, path, status: response.statusCode, headers, body: Buffer.concat(chunks) });
  });
}
