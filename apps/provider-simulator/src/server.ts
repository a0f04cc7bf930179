import type { IncomingMessage } from 'node:http';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';

/** A response; `cut` says how much of it is sent before the connection breaks, if it does. */
export interface SimulatorResponse {
  response: Response;
  cut?: 'at_once' | 'halfway';
}

export type Handler = (request: SimulatorRequest) => Promise<SimulatorResponse>;

export interface Listening {
  url: string;
  close(): Promise<void>;
}

/** Loopback only: made-up plants must not be served to the network. */
const HOST = '127.0.0.1';

/** Serves one handler until it is closed; closing cuts off pending requests. */
export async function listen(handler: Handler, port: number): Promise<Listening> {
  const server = createServer((message, response) => {
    const connection = new AbortController();
    response.once('close', () => connection.abort());
    void readRequest(message, connection.signal)
      .then(handler)
      .then((answer) => send(answer, response))
      .catch(() => response.destroy());
  });
  // A client that is held up must not send a call on a connection that closes for idleness meanwhile.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { url: addressOf(server), close: () => close(server) };
}

async function send({ response: answer, cut }: SimulatorResponse, response: ServerResponse): Promise<void> {
  if (cut === 'at_once') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(await answer.arrayBuffer());
  const length = { 'Content-Length': String(body.length) };
  response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...length });
  if (cut === undefined) {
    response.end(body);
    return;
  }
  const sent = promisify((half: Buffer, done: (error?: Error | null) => void) => response.write(half, done));
  await sent(body.subarray(0, body.length / 2));
  response.socket?.destroy();
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return `http://${HOST}:${address.port}`;
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A request whose body has been read. */
export interface SimulatorRequest {
  method: string;
  url: URL;
  headers: Headers;
  body: Buffer;
  /** True when the body exceeded the limit and was dropped. */
  isTooLarge: boolean;
  /** Address of the client. */
  remoteAddress: string;
  /** Aborts when the client disconnects. */
  signal: AbortSignal;
}

/** Pl@ntNet's limit for the body of a POST; none is known for Plant.id. */
const MAX_BODY_BYTES = 52_428_800;

async function readRequest(message: IncomingMessage, signal: AbortSignal): Promise<SimulatorRequest> {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const { body, isTooLarge } = await readBody(message);
  return {
    method: message.method ?? 'GET',
    url: new URL(message.url ?? '/', 'http://simulator'),
    headers,
    body,
    isTooLarge,
    remoteAddress: message.socket.remoteAddress ?? '',
    signal,
  };
}

async function readBody(message: IncomingMessage): Promise<{ body: Buffer; isTooLarge: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> = message;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  const isTooLarge = bytes > MAX_BODY_BYTES;
  return { body: isTooLarge ? Buffer.alloc(0) : Buffer.concat(chunks), isTooLarge };
}
