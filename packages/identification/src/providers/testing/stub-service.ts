import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';

export interface SeenRequest {
  method: string;
  url: URL;
  headers: Headers;
  body: Buffer;
}

/** What the stub does with a request; the last one goes on for further requests. */
export type Act = (response: ServerResponse, request: SeenRequest) => void;

export interface StubService extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Resolves with the next request, once it has arrived whole. */
  arrival(): Promise<SeenRequest>;
  acts(...acts: Act[]): void;
}

/** A provider on a free port of this machine that follows a script and records its requests. */
export async function startStub(...acts: Act[]): Promise<StubService> {
  let script = acts;
  const requests: SeenRequest[] = [];
  const waiting: ((request: SeenRequest) => void)[] = [];
  const listener: RequestListener = (message, response) => {
    void serve(message, response);
  };
  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await receive(message);
    requests.push(request);
    waiting.shift()?.(request);
    const act = script.length > 1 ? script.shift() : script[0];
    act?.(response, request);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    arrival: () => new Promise((resolve) => waiting.push(resolve)),
    acts(...next) {
      script = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

async function receive(message: IncomingMessage): Promise<SeenRequest> {
  const chunks: Uint8Array[] = [];
  const stream: AsyncIterable<Uint8Array> = message;
  for await (const chunk of stream) chunks.push(chunk);
  return {
    method: message.method ?? '',
    url: new URL(message.url ?? '/', 'http://stub'),
    headers: new Headers(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks),
  };
}

/** Answers with a status and a body: text as it is, anything else as JSON. */
export function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Act {
  return (response) => {
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Never answers. */
export const silence: Act = () => undefined;
