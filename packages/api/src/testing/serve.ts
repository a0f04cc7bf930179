import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { createRequestGuard, type RequestGuard, type RequestGuardConfig } from '@plantcommunity/http';
import type { Clock } from '@plantcommunity/resilience';
import { config } from './api-under-test.ts';
import { checkSentAnswer } from './check-answers.ts';

/** Handles the requests that the request guard admits. */
export type Handler = (request: Request) => Promise<Response>;

export interface Served {
  port: number;
  /** All connections so far, in order of arrival. */
  sockets: Socket[];
  close(): void;
}

/** Creates the request guard of a development server for `localhost`; `changes` replace parts of its configuration. */
export function guardUnderTest(clock: Clock, changes: Partial<RequestGuardConfig> = {}): RequestGuard {
  const { appUrl, trustedOrigins } = config;
  const development: RequestGuardConfig = {
    mode: 'development',
    appUrl,
    allowedHosts: ['localhost'],
    corsOrigins: [],
    trustedOrigins,
    proxyHops: 0,
    httpsRedirect: false,
    hstsPreload: false,
  };
  return createRequestGuard({ ...development, ...changes }, clock);
}

/** Starts a real server with a request guard, which builds fetch requests as Next does for its route handlers. */
export async function serve(guard: RequestGuard, handler: Handler): Promise<Served> {
  const sockets: Socket[] = [];
  const server = createServer((incoming, outgoing) => {
    checkSentAnswer(incoming, outgoing);
    if (guard(incoming, outgoing) !== 'admitted') return;
    void answer(incoming, outgoing, handler).catch((error: unknown) => {
      // The client does not wait for an answer that never comes.
      outgoing.destroy();
      throw error;
    });
  });
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port');
  return {
    port: address.port,
    sockets,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, handler: Handler): Promise<void> {
  const leaving = new AbortController();
  outgoing.once('close', () => outgoing.writableFinished || leaving.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const method = incoming.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const sent = {
    method,
    headers,
    signal: leaving.signal,
    // The DOM types lack it; packages with pages compile this file with them.
    duplex: 'half' as const,
    body: hasBody ? (ReadableStream.from(incoming) as globalThis.ReadableStream<Uint8Array>) : null,
  };
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, sent);
  const response = await handler(request);
  response.headers.forEach((value, name) => outgoing.setHeader(name, value));
  outgoing.writeHead(response.status).flushHeaders();
  if (response.body === null) outgoing.end();
  // An error of the body, or a client that leaves, destroys the other end.
  else await pipeline(response.body, outgoing).catch(() => undefined);
}
