import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readUpload } from './read-upload.ts';
import { CONTENT_TYPE, file, makeUpload, text } from './testing/make-upload.ts';
import { UploadError } from './upload-error.ts';

const LIMITS = { maxBytes: 10_000_000, maxPhotos: 5 };

async function statusOf(incoming: IncomingMessage): Promise<number> {
  const body: ReadableStream<Uint8Array> = Readable.toWeb(incoming);
  try {
    await readUpload(body, incoming.headers['content-type'] ?? null, null, LIMITS);
    return 200;
  } catch (error) {
    return error instanceof UploadError ? error.status : 500;
  }
}

describe('a client on a real connection', () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<unknown>();
  let server: Server;

  beforeAll(async () => {
    server = createServer((incoming, response) => {
      sockets.add(incoming.socket);
      void statusOf(incoming).then((status) => response.writeHead(status).end());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });

  afterAll(() => {
    agent.destroy();
    server.close();
  });

  /** Sends all of the body, whatever the server says meanwhile, and gives the status. */
  async function send(body: Buffer, contentType = CONTENT_TYPE): Promise<number | undefined> {
    const { port } = server.address() as AddressInfo;
    const outgoing = request({ port, agent, method: 'POST', headers: { 'content-type': contentType } });
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    outgoing.on('error', reject).on('response', (response) => {
      void buffer(response).then(() => resolve(response.statusCode));
    });
    outgoing.end(body);
    return promise;
  }

  it('gets the answer to an upload that is refused early, and can send the next on the same connection', async () => {
    const photo = file(Buffer.alloc(LIMITS.maxBytes));
    const rest = [photo, photo, photo];
    expect(await send(makeUpload(text('unknown', 'x'), ...rest))).toBe(400);
    expect(await send(makeUpload(...rest), 'application/json')).toBe(400);
    expect(await send(makeUpload(file(Buffer.alloc(LIMITS.maxBytes + 1)), ...rest))).toBe(413);
    expect(await send(makeUpload(...rest))).toBe(200);
    expect(sockets.size).toBe(1);
  });
});
