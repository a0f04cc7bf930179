import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CONTENT_TYPE, file, makeUpload } from '@plantcommunity/http/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { UploadServerMessage } from '../testing/upload-server.ts';

const SERVER = fileURLToPath(new URL('../testing/upload-server.ts', import.meta.url));
const PATH = '/api/v1/plant-identification/identify';
const MEGABYTE = 1_048_576;
/** Together three times the memory that may be used. */
const UPLOADS = 30;
const SMALL_UPLOADS = 5;
/** The default of UPLOAD_MEMORY_MB. */
const LIMIT = 256 * MEGABYTE;

const ends: (() => unknown)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function startServer(): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(SERVER);
  ends.push(() => child.kill());
  const [message] = (await once(child, 'message')) as [UploadServerMessage];
  if (!('port' in message)) throw new Error('The server did not send its port');
  return { child, port: message.port };
}

async function memoryOf(child: ChildProcess) {
  const answer = once(child, 'message') as Promise<[UploadServerMessage]>;
  child.send('memory');
  const [message] = await answer;
  if (!('peakRss' in message)) throw new Error('The server did not send its memory');
  return message;
}

const photo = file(Buffer.alloc(10 * MEGABYTE, 'a'));
const largest = makeUpload(photo, photo, photo, photo, photo);

/** Sends five photos of 10 MB except for the last bytes; `answered` resolves with the status of an early answer. */
function stall(port: number, from: string): { answered: Promise<string>; sent: Promise<void> } {
  const socket: Socket = connect({ port, host: '127.0.0.1' });
  ends.push(() => socket.destroy());
  socket.write(
    `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${from}\r\nContent-Type: ${CONTENT_TYPE}\r\n` +
      `Sec-Fetch-Site: same-origin\r\nContent-Length: ${largest.length}\r\n\r\n`,
  );
  const answered = new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString('latin1').slice(9, 12)));
    socket.once('close', () => resolve('closed'));
    socket.on('error', () => undefined);
  });
  const sent = new Promise<void>((resolve) => {
    socket.write(largest.subarray(0, -4), () => resolve());
  });
  return { answered, sent };
}

async function identifySmall(port: number, from: string): Promise<{ status: number | undefined; body: unknown }> {
  const body = makeUpload(file(Buffer.alloc(20_000, 'b')));
  const headers = {
    Host: 'localhost',
    'X-Forwarded-For': from,
    'Content-Type': CONTENT_TYPE,
    'Content-Length': body.length,
    'Sec-Fetch-Site': 'same-origin',
  };
  const sent = request({ port, host: '127.0.0.1', path: PATH, method: 'POST', headers, agent: false });
  sent.end(body);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
  return { status: answer.statusCode, body: await json(answer) };
}

/** Returns a client address, as the proxy in front sends it. */
const address = (n: number) => `203.0.113.${n}`;

describe(`${UPLOADS} stalled uploads of 50 MB`, () => {
  it.each([
    { name: 'one address', addresses: 1 },
    { name: '20 addresses', addresses: 20 },
  ])('from $name stay within the limit, and other uploads are served', { timeout: 120_000 }, async ({ addresses }) => {
    const { child, port } = await startServer();
    const stalled = Array.from({ length: UPLOADS }, (_, n) => stall(port, address(n % addresses)));
    const refused = stalled.map(async ({ answered }) => answered);
    await Promise.all(stalled.map(({ answered, sent }) => Promise.race([answered, sent])));

    for (let n = 0; n < SMALL_UPLOADS; n += 1) {
      expect(await identifySmall(port, address(100 + n))).toMatchObject({ status: 200 });
    }
    const { asked, peakRss, startRss } = await memoryOf(child);
    const kept = addresses === 1 ? LIMIT / 4 : LIMIT;
    const statuses = await Promise.all(refused.map((status) => Promise.race([status, Promise.resolve('stalled')])));
    expect(statuses).toContain('503');
    expect(asked).toBe(SMALL_UPLOADS);
    expect(peakRss - startRss).toBeLessThan(kept * 2 + 100 * MEGABYTE);
  });
});
