import { connect, type Socket } from 'node:net';
import { CONTENT_TYPE, file, makeUpload } from '@plantcommunity/http/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { apiUnderTest } from '../testing/api-under-test.ts';
import { guardUnderTest, type Served, serve } from '../testing/serve.ts';

const IDENTIFY = '/api/v1/plant-identification/identify';
const IDENTIFY_OVER_TRPC = '/api/trpc/v1.plantIdentification.identify';
const JSON_PATH = '/api/v1/auth/token';
const LINGER_MS = 2_000;
const LINGER_BYTES = 256 * 1024;
/** Bytes of a body that the buffers of the kernel and of Node hold before a reader asks for them. */
const BUFFERED_BYTES = 256 * 1024;

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Starts the API behind the request guard; pages answer at once and read no body. */
async function start(mode: 'development' | 'production' = 'production') {
  const clock = new FakeClock();
  const { api, asked } = apiUnderTest({ config: { mode } });
  const guard = guardUnderTest(clock, { mode });
  const paths: string[] = [];
  const page = async () => new Response('a page', { headers: { 'Content-Type': 'text/html' } });
  const server: Served = await serve(guard, async (request) => {
    const { pathname } = new URL(request.url);
    paths.push(pathname);
    if (pathname.startsWith('/api/trpc/')) return api.trpc(request);
    if (pathname.startsWith('/api/auth/')) return api.nextAuth(request, page);
    return pathname.startsWith('/api/') ? api.rest(request) : page();
  });
  ends.push(() => server.close());
  return { asked, clock, paths, server };
}

/** Opens a raw connection; `seen` records the answers and whether the server has ended its side. */
function client(port: number) {
  const socket: Socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  ends.push(() => socket.destroy());
  const seen = { answer: '', hasEnded: false, isClosed: false };
  socket.on('data', (chunk) => {
    seen.answer += chunk.toString('latin1');
  });
  socket.on('end', () => {
    seen.hasEnded = true;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    seen.isClosed = true;
  });
  return { socket, seen };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const head = (method: string, path: string, headers: Record<string, string>) =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

const chunk = (bytes: Buffer | string) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]);
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

const CHUNKED = { 'Transfer-Encoding': 'chunked' };
const JSON_CHUNKED = { ...CHUNKED, 'Content-Type': 'application/json' };
const UPLOAD_CHUNKED = { ...CHUNKED, 'Content-Type': CONTENT_TYPE };

describe('an endless body', () => {
  it.each([
    { name: 'a page', method: 'GET', path: '/identify', headers: CHUNKED, status: 400 },
    { name: 'a page, by POST', method: 'POST', path: '/login', headers: { 'Content-Length': '9999999' }, status: 400 },
    { name: 'a file', method: 'GET', path: '/_next/static/a.js', headers: CHUNKED, status: 400 },
    { name: 'an unknown path', method: 'PUT', path: '/nothing/here', headers: CHUNKED, status: 400 },
    { name: 'an unknown path of the API', method: 'POST', path: '/api/nothing', headers: CHUNKED, status: 404 },
    {
      name: 'a GET of the API',
      method: 'GET',
      path: '/api/v1/plant-identification/identify/health',
      headers: CHUNKED,
      status: 200,
    },
    { name: 'a method that is not allowed', method: 'PUT', path: IDENTIFY, headers: UPLOAD_CHUNKED, status: 405 },
    { name: 'next-auth', method: 'POST', path: '/api/auth/session', headers: JSON_CHUNKED, status: 400 },
    {
      name: 'next-auth, by another method',
      method: 'DELETE',
      path: '/api/auth/session',
      headers: JSON_CHUNKED,
      status: 405,
    },
    { name: 'tRPC', method: 'POST', path: '/api/trpc/v1.auth.token', headers: JSON_CHUNKED, status: 400 },
    {
      name: 'tRPC, by another method',
      method: 'POST',
      path: '/api/trpc/v1.auth.me',
      headers: JSON_CHUNKED,
      status: 405,
    },
    { name: 'a JSON path', method: 'POST', path: JSON_PATH, headers: JSON_CHUNKED, status: 400 },
    { name: 'an upload of an anonymous caller', method: 'POST', path: IDENTIFY, headers: UPLOAD_CHUNKED, status: 401 },
    { name: 'an upload over tRPC', method: 'POST', path: IDENTIFY_OVER_TRPC, headers: UPLOAD_CHUNKED, status: 401 },
    {
      name: 'a foreign host',
      method: 'POST',
      path: IDENTIFY,
      headers: { ...UPLOAD_CHUNKED, Host: 'evil.example' },
      status: 400,
    },
  ])('to $name is answered, and its connection closed', async ({ method, path, headers, status }) => {
    const { clock, server } = await start();
    const { seen, socket } = client(server.port);
    const request = head(method, path, headers);
    socket.write('Host' in headers ? request.replace('Host: localhost\r\n', '') : request);
    const piece = 'Content-Length' in headers ? Buffer.alloc(16_384, 'a') : chunk(Buffer.alloc(16_384, 'a'));
    const send = () => {
      while (!seen.isClosed && socket.write(piece));
    };
    socket.on('drain', send);
    send();

    await until(() => seen.hasEnded);
    expect(seen.answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(seen.answer).toMatch(/^connection: close\r$/im);
    const [connection] = server.sockets;
    await until(() => connection?.isPaused() === true);
    expect(connection?.bytesRead).toBeLessThan(LINGER_BYTES + 2 * BUFFERED_BYTES);
    expect(seen.isClosed).toBe(false);
    clock.advance(LINGER_MS);
    await until(() => seen.isClosed);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a refused body', () => {
  it('leaves the answer readable when the client sends all of it before it reads', async () => {
    const { server } = await start();
    const { seen, socket } = client(server.port);
    socket.pause();
    socket.write(head('POST', IDENTIFY, { 'Content-Type': CONTENT_TYPE, 'Content-Length': '200000' }));
    for (let sent = 0; sent < 200_000; sent += 20_000) {
      await new Promise((resolve) => socket.write(Buffer.alloc(20_000), resolve));
    }
    socket.resume();
    await until(() => seen.hasEnded);
    expect(seen.answer).toContain('"code":"authentication_required"');
    socket.end();
    await until(() => seen.isClosed);
  });

  it('is not parsed further: pipelined requests behind it are not handled', async () => {
    const { paths, server } = await start();
    const { seen, socket } = client(server.port);
    socket.write(head('POST', IDENTIFY, { 'Content-Type': CONTENT_TYPE, 'Content-Length': '100000' }));
    await until(() => seen.hasEnded);
    socket.write(Buffer.alloc(100_000));
    socket.end(head('GET', '/identify', {}).repeat(20));
    await until(() => seen.isClosed);
    expect(paths).toEqual([IDENTIFY]);
  });

  it('that has arrived completely leaves the connection open for the next request', async () => {
    const { paths, server } = await start();
    const { seen, socket } = client(server.port);
    const body = '{"email":"anna@example.org","password":"wrong"}';
    const request = head('POST', JSON_PATH, { 'Content-Type': 'application/json', 'Content-Length': `${body.length}` });
    for (let n = 1; n <= 3; n += 1) {
      socket.write(request + body);
      await until(() => seen.answer.split('HTTP/1.1 ').length > n);
    }
    expect(paths).toEqual([JSON_PATH, JSON_PATH, JSON_PATH]);
    expect(server.sockets).toHaveLength(1);
    expect(seen.answer).not.toMatch(/^connection: close/im);
  });
});

describe('a body in tiny chunks', () => {
  const oneByteEach = (body: Buffer) => Buffer.concat([...body].map((byte) => chunk(Buffer.from([byte]))));

  it.each([
    {
      name: 'an upload',
      path: IDENTIFY,
      headers: UPLOAD_CHUNKED,
      code: 'malformed_upload',
      subject: 'The upload arrives',
    },
    {
      name: 'an upload over tRPC',
      path: IDENTIFY_OVER_TRPC,
      headers: UPLOAD_CHUNKED,
      code: 'malformed_upload',
      subject: 'The upload arrives',
    },
    { name: 'JSON', path: JSON_PATH, headers: JSON_CHUNKED, code: 'invalid_request', subject: 'The body arrives' },
    {
      name: 'JSON over tRPC',
      path: '/api/trpc/v1.auth.token',
      headers: JSON_CHUNKED,
      code: 'invalid_request',
      subject: 'The body arrives',
    },
    {
      name: 'JSON to next-auth',
      path: '/api/auth/session',
      headers: JSON_CHUNKED,
      code: 'invalid_request',
      subject: 'The body arrives',
    },
  ])('is refused for $name after 4,096 chunks', async ({ path, headers, code, subject }) => {
    const { asked, server } = await start('development');
    const { seen, socket } = client(server.port);
    const body = path.includes('identify') ? makeUpload(file(Buffer.alloc(20_000, 'a'))) : Buffer.alloc(20_000, ' ');
    socket.write(head('POST', path, { ...headers, 'Sec-Fetch-Site': 'same-origin' }));
    socket.write(oneByteEach(body));
    await until(() => seen.hasEnded);
    expect(seen.answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen.answer).toMatch(/^connection: close\r$/im);
    expect(seen.answer).toContain(`"code":"${code}"`);
    expect(seen.answer).toContain(`${subject} in chunks of less than 64 bytes on average.`);
    expect(asked).toEqual([]);
  });

  it.each([
    { name: 'fewer than 4,096 chunks of one byte', chunkBytes: 1, photoBytes: 3_500 },
    { name: 'chunks of 64 bytes', chunkBytes: 64, photoBytes: 500_000 },
  ])('is accepted with $name', async ({ chunkBytes, photoBytes }) => {
    const { asked, server } = await start('development');
    const { seen, socket } = client(server.port);
    const body = makeUpload(file(Buffer.alloc(photoBytes, 'a')));
    socket.write(head('POST', IDENTIFY, { ...UPLOAD_CHUNKED, 'Sec-Fetch-Site': 'same-origin' }));
    for (let at = 0; at < body.length; at += chunkBytes) socket.write(chunk(body.subarray(at, at + chunkBytes)));
    socket.write(LAST_CHUNK);
    await until(() => seen.answer.includes('\r\n\r\n'));
    expect(seen.answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(asked[0]?.photos[0]?.size).toBe(photoBytes);
  });
});

describe('pipelined requests', () => {
  it('each have their own body, or none', async () => {
    const { paths, server } = await start();
    const { seen, socket } = client(server.port);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '2' };
    const get = head('GET', '/api/v1/plant-identification/identify/health', {});
    socket.write(`${head('POST', JSON_PATH, headers)}{}${get}${head('POST', JSON_PATH, headers)}[]${get}`);
    await until(() => seen.answer.split('HTTP/1.1 ').length > 4);
    const statuses = Array.from(seen.answer.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status);
    expect(statuses).toEqual(['400', '200', '400', '200']);
    expect(paths).toHaveLength(4);
  });
});

describe('a slow body', () => {
  it('of JSON gets 408 after 30 seconds', async () => {
    const { clock, server } = await start();
    const { seen, socket } = client(server.port);
    socket.write(`${head('POST', JSON_PATH, { 'Content-Type': 'application/json', 'Content-Length': '50' })}{`);
    await until(() => clock.pendingTimers === 1);
    clock.advance(30_000);
    await until(() => seen.hasEnded);
    expect(seen.answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(seen.answer).toContain('"code":"upload_stalled"');
    expect(seen.answer).toContain('The body took longer than 30 seconds.');
  });

  it('of an upload has only the time limit of its reader', async () => {
    const { asked, clock, server } = await start('development');
    const { seen, socket } = client(server.port);
    const body = makeUpload(file(Buffer.alloc(3_000, 'a')));
    const headers = {
      'Content-Type': CONTENT_TYPE,
      'Content-Length': `${body.length}`,
      'Sec-Fetch-Site': 'same-origin',
    };
    socket.write(head('POST', IDENTIFY, headers));
    socket.write(body.subarray(0, 1_000));
    await until(() => server.sockets[0] !== undefined && server.sockets[0].bytesRead > 1_000);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(60_000);
    socket.write(body.subarray(1_000));
    await until(() => seen.answer.includes('\r\n\r\n'));
    expect(seen.answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(asked).toHaveLength(1);
  });
});
