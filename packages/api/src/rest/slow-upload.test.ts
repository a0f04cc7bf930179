import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { CONTENT_TYPE, file, makeUpload } from '@plantcommunity/http/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { apiUnderTest } from '../testing/api-under-test.ts';
import { guardUnderTest, serve } from '../testing/serve.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const PHOTO_BYTES = 4_000_000;
const upload = makeUpload(...Array.from({ length: 5 }, () => file(Buffer.alloc(PHOTO_BYTES, 'a'))));
const head = (path: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n` +
  `Content-Type: ${CONTENT_TYPE}\r\nContent-Length: ${upload.length}\r\n\r\n`;

/** Starts the API behind the request guard and sends an upload, `bytesIn(second)` bytes in each second. */
async function sendSlowly(path: string, bytesIn: (second: number) => number) {
  const { api, asked, clock } = apiUnderTest();
  const guard = guardUnderTest(clock);
  const server = await serve(guard, (request) => (path.includes('trpc') ? api.trpc(request) : api.rest(request)));
  const phone = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  ends.push(
    () => server.close(),
    () => phone.destroy(),
  );
  await once(phone, 'connect');
  const answer = text(phone);
  const answered = new AbortController();
  void answer.finally(() => answered.abort());
  const request = Buffer.from(head(path));
  phone.write(request);
  let sent = 0;
  let seconds = 0;
  while (sent < upload.length && !answered.signal.aborted) {
    const piece = upload.subarray(sent, sent + bytesIn(seconds));
    sent += piece.length;
    if (piece.length > 0) phone.write(piece);
    while ((server.sockets[0]?.bytesRead ?? 0) < request.length + sent) await turn();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    clock.advance(1_000);
    seconds += 1;
  }
  return { answer: await answer, asked, seconds };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe.each([
  ['/api/v1/plant-identification/identify'],
  ['/api/plant-identification/identify/'],
  ['/api/trpc/v1.plantIdentification.identify'],
])('five photos of 4 MB from a slow phone to %s', (path) => {
  it.each([
    { name: 'at 120 kB/s', bytesIn: () => 120_000, expectedSeconds: 167 },
    {
      name: 'at 120 kB/s, with 15 seconds of silence every 40',
      bytesIn: (second: number) => (second % 40 < 25 ? 120_000 : 0),
      expectedSeconds: 265,
    },
    { name: 'at 40 kB/s', bytesIn: () => 40_000, expectedSeconds: 501 },
  ])('are accepted $name', async ({ bytesIn, expectedSeconds }) => {
    const { answer, asked, seconds } = await sendSlowly(path, bytesIn);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/^x-ratelimit-remaining: 9\r$/im);
    expect(asked[0]?.photos.map(({ size }) => size)).toEqual(Array(5).fill(PHOTO_BYTES));
    expect(seconds).toBeGreaterThanOrEqual(expectedSeconds - 10);
  });

  it.each([
    { name: 'after 20 seconds of silence', bytesIn: (second: number) => (second < 60 ? 120_000 : 0) },
    { name: 'at less than 8 kB/s', bytesIn: () => 7_900 },
  ])('get 408, which is not counted, $name', async ({ bytesIn }) => {
    const { answer, asked } = await sendSlowly(path, bytesIn);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toMatch(/^x-ratelimit-remaining: 10\r$/im);
    expect(answer).toContain('less than 8 kB/s arrived over 20 seconds. It is not counted against your limit.');
    expect(asked).toEqual([]);
  });
});
