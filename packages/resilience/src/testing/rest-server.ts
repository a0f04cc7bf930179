import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { errors } from '@upstash/redis';
import { systemClock } from '../clock.ts';
import { reasonOf } from '../redis/errors.ts';
import { TcpTransport } from '../redis/tcp-transport.ts';

const TOKEN = 'token-of-the-test';

/** Serves Upstash's REST API over a plain Redis: bearer, pipelines, transactions, event streams and base64 as documented. */
export class RestServer {
  readonly #redis: TcpTransport;
  readonly #http: Server = createServer((request, response) => void this.#answer(request, response));
  readonly #connected = Promise.withResolvers<void>();
  isHung = false;
  /** The answer of a proxy in front of the server, if there is one. */
  proxyReply: { readonly status: number; readonly error: string } | undefined;
  requests = 0;

  constructor(redisUrl: string) {
    this.#redis = new TcpTransport({ url: redisUrl }, { timeoutMs: 2000, connectTimeoutMs: 2000 }, systemClock, {
      connected: this.#connected.resolve,
      disconnected() {},
      failed() {},
      lateReplyArrived() {},
      subscriptionRefused() {},
    });
  }

  async listen(): Promise<{ restUrl: string; token: string }> {
    this.#http.listen(0, '127.0.0.1');
    await Promise.all([once(this.#http, 'listening'), this.#connected.promise]);
    const address = this.#http.address();
    if (typeof address !== 'object' || !address) throw new TypeError('a server on a port has an address');
    return { restUrl: `http://127.0.0.1:${address.port}`, token: TOKEN };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections();
    this.#http.close();
    this.#redis.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    if (this.isHung) return;
    if (this.proxyReply) return reply(response, this.proxyReply.status, { error: this.proxyReply.error });
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return reply(response, 401, { error: 'WRONGPASS' });
    const path = (request.url ?? '/').split('/').slice(1).filter(Boolean).map(decodeURIComponent);
    if (path[0]?.endsWith('subscribe')) return this.#stream(path, response);
    const body: unknown = JSON.parse(await text(request));
    try {
      const answer = await this.#redis.send(path.length > 0 ? { path, body } : { body });
      const refused = typeof answer === 'object' && answer !== null && 'error' in answer;
      const encoded = request.headers['upstash-encoding'] === 'base64' ? encode(answer) : answer;
      reply(response, refused ? 400 : 200, refused ? answer : encoded);
    } catch (error) {
      reply(response, error instanceof errors.UpstashError ? 400 : 500, { error: reasonOf(error) });
    }
  }

  async #stream(path: string[], response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.on('close', () => left.abort());
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const onMessage = (line: string) => response.write(`data: ${line}\n\n`);
    await this.#redis.send({ path, onMessage, signal: left.signal });
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Encodes the strings of results at any depth, except a plain OK; error texts stay. */
function encode(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(encode);
  if (typeof answer === 'object' && answer !== null && 'result' in answer) {
    return { result: answer.result === 'OK' ? 'OK' : encodeStrings(answer.result) };
  }
  return answer;
}

function encodeStrings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encodeStrings);
  return typeof value === 'string' ? Buffer.from(value).toString('base64') : value;
}
