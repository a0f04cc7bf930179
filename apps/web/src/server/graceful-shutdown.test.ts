import { Agent, createServer, type IncomingMessage, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { serveGracefully } from './graceful-shutdown.ts';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** Starts a server on a fake clock; `get` sends requests over one kept-alive connection. */
async function started(handle: RequestListener) {
  const clock = new FakeClock();
  const server = createServer();
  const shutdown = serveGracefully(server, handle, clock);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  cleanups.push(
    () => server.closeAllConnections(),
    () => server.close(),
    () => agent.destroy(),
  );
  const get = (path: string, headers: Record<string, string> = {}) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      request({ port, host: '127.0.0.1', path, headers, agent }, resolve).on('error', reject).end();
    });
  /** Advances the clock in steps of 100 ms, lets sockets be read in between, and returns the result of `over`. */
  async function passTime<T>(over: Promise<T>, atMostMs: number): Promise<T> {
    for (let ms = 0; ms < atMostMs; ms += 100) {
      clock.advance(100);
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    return over;
  }
  return { clock, server, shutdown, get, passTime };
}

describe('a graceful shutdown', () => {
  it('answers requests on kept-alive connections for a second, with Connection: close', async () => {
    const { get, passTime, server, shutdown } = await started((_request, response) => void response.end('answer'));
    const before = await get('/');
    await text(before);
    expect(before.headers.connection).toBe('keep-alive');

    const stopped = shutdown.stop(10_000);
    expect(shutdown.isStopping).toBe(true);
    expect(server.listening).toBe(true);
    const after = await get('/');
    expect(await text(after)).toBe('answer');
    expect(after.headers.connection).toBe('close');
    expect(await passTime(stopped, 2_000)).toEqual({ cutOff: 0 });
    expect(server.listening).toBe(false);
  });

  it('closes an idle connection after a second', async () => {
    const { clock, get, passTime, shutdown } = await started((_request, response) => void response.end('answer'));
    await text(await get('/'));
    const startedAt = clock.monotonic();
    expect(await passTime(shutdown.stop(10_000), 2_000)).toEqual({ cutOff: 0 });
    expect(clock.monotonic() - startedAt).toBeGreaterThanOrEqual(1_000);
  });

  it('finishes a request in flight that takes longer than a second', async () => {
    const work = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { get, passTime, shutdown } = await started((_request, response) => {
      begun.resolve();
      void work.promise.then(() => response.end('done'));
    });
    const answer = get('/work').then(text);
    await begun.promise;
    const stopped = shutdown.stop(30_000);
    await passTime(Promise.race([stopped, Promise.resolve()]), 5_000);
    work.resolve();
    expect(await answer).toBe('done');
    expect(await passTime(stopped, 2_000)).toEqual({ cutOff: 0 });
  });

  it('cuts off requests in flight at the time limit, and counts them', async () => {
    const { get, passTime, shutdown } = await started((_request, response) => void response.write('never ends'));
    const response = await get('/work');
    expect(await passTime(shutdown.stop(3_000), 5_000)).toEqual({ cutOff: 1 });
    await expect(text(response)).rejects.toThrow('aborted');
  });

  it('ends event streams with a reconnect hint, also a stream that is requested during the shutdown', async () => {
    const { get, passTime, shutdown } = await started((incoming, response) => {
      if (incoming.url === '/') return void response.end('answer');
      response.setHeader('Content-Type', 'text/event-stream');
      response.setHeader('Connection', 'keep-alive');
      response.write('data: one\n\n');
    });
    const stream = await get('/stream');
    const stopped = shutdown.stop(10_000);
    expect(await text(stream)).toBe('data: one\n\nretry: 1000\n\n');
    const late = await get('/stream', { accept: 'text/event-stream' });
    expect(late.headers['content-type']).toBe('text/event-stream');
    expect(await text(late)).toBe('retry: 1000\n\n');
    expect(await passTime(stopped, 2_000)).toEqual({ cutOff: 0 });
  });

  it('still handles a POST whose Accept header includes event streams', async () => {
    const { passTime, server, shutdown } = await started((_request, response) => void response.end('answer'));
    const { port } = server.address() as AddressInfo;
    const stopped = shutdown.stop(10_000);
    const accept = 'application/json, text/event-stream';
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: { accept }, body: 'photo' });
    expect(await answer.text()).toBe('answer');
    expect(await passTime(stopped, 2_000)).toEqual({ cutOff: 0 });
  });

  it('ends at once when no client is connected', async () => {
    const { clock, shutdown } = await started((_request, response) => void response.end('answer'));
    expect(await shutdown.stop(10_000)).toEqual({ cutOff: 0 });
    expect(clock.monotonic()).toBe(0);
  });
});
