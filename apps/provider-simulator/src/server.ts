import { createServer, type Server, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { type Incoming, receive } from './incoming.ts';

/** An answer and, when it does not get through, how much of it leaves before the connection is reset. */
export interface Answer {
  response: Response;
  cut?: 'at_once' | 'halfway';
}

export type Handler = (request: Incoming) => Promise<Answer>;

export interface Listening {
  url: string;
  close(): Promise<void>;
}

/** Nobody else on the network is to meet made-up plants. */
const HOST = '127.0.0.1';

/** Serves one handler until closed; closing cuts off what is still waiting. */
export async function listen(handler: Handler, port: number): Promise<Listening> {
  const server = createServer((message, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    void receive(message, gone.signal)
      .then(handler)
      .then((answer) => send(answer, response))
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { url: addressOf(server), close: () => close(server) };
}

async function send({ response: answer, cut }: Answer, response: ServerResponse): Promise<void> {
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
