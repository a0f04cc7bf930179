import { describe, expect, it } from 'vitest';
import { startReceiver } from '../testing/receiver.ts';
import { type PostOptions, postJson } from './post.ts';

const never = new AbortController().signal;
const options: PostOptions = { headers: {}, body: '{}', allowPrivate: true, timeoutMs: 5_000, signal: never };

/** Resolves every host to these addresses. */
const resolvesTo = (...addresses: string[]) => ({
  resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
});

describe('posting to a webhook', () => {
  it('sends body and headers, and returns the status', async () => {
    await using receiver = await startReceiver();
    receiver.answer = (response) => response.writeHead(202).end();
    expect(await postJson(receiver.url, { ...options, headers: { 'webhook-id': '1' }, body: '{"a":"ä"}' })).toBe(202);
    expect(receiver.received).toMatchObject([
      { body: '{"a":"ä"}', headers: { 'webhook-id': '1', 'content-type': 'application/json', 'content-length': '10' } },
    ]);
  });

  it('follows no redirect', async () => {
    await using target = await startReceiver();
    await using receiver = await startReceiver();
    receiver.answer = (response) => response.writeHead(307, { Location: target.url.href }).end();
    expect(await postJson(receiver.url, options)).toBe(307);
    expect(target.received).toEqual([]);
  });

  it('does not read an answer without end', async () => {
    await using receiver = await startReceiver();
    let isClosed: Promise<unknown> | undefined;
    receiver.answer = (response) => {
      isClosed = new Promise((resolve) => response.once('close', resolve));
      response.writeHead(200);
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        response.once('drain', write);
      };
      write();
    };
    expect(await postJson(receiver.url, options)).toBe(200);
    await isClosed;
  });

  it.each([
    ['sends nothing', () => undefined],
    [
      'sends headers drop by drop',
      (write: (text: string) => void) => setInterval(() => write('X-A: 1\r\n'), 5).unref(),
    ],
  ])('gives up a receiver that %s', async (_name, drip) => {
    await using receiver = await startReceiver();
    receiver.answer = ({ socket }) => {
      socket?.on('error', () => undefined);
      socket?.write('HTTP/1.1 200 OK\r\n');
      drip((text) => socket?.write(text));
    };
    await expect(postJson(receiver.url, { ...options, timeoutMs: 200 })).rejects.toThrow('no answer within 0.2 s');
  });

  it('gives up a name whose addresses do not come', async () => {
    const resolve = () => new Promise<never>(() => undefined);
    const post = postJson(new URL('https://slow.example'), { ...options, timeoutMs: 50, resolve });
    await expect(post).rejects.toThrow('no answer within 0.05 s');
  });

  it('ends with its signal', async () => {
    await using receiver = await startReceiver();
    const closing = new AbortController();
    receiver.answer = () => closing.abort();
    await expect(postJson(receiver.url, { ...options, signal: closing.signal })).rejects.toThrow('no connection');
  });

  it('names the error of a connection, without the path of the URL', async () => {
    await using receiver = await startReceiver();
    const url = new URL('/secret', receiver.url);
    await receiver[Symbol.asyncDispose]();
    await expect(postJson(url, options)).rejects.toThrow(/^no connection: ECONNREFUSED$/);
  });
});

describe('the addresses that are posted to', () => {
  it.each([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://localhost/',
    'https://169.254.169.254/latest/meta-data',
  ])('are public: %s is refused', async (url) => {
    await expect(postJson(new URL(url), { ...options, allowPrivate: false })).rejects.toThrow(/its address is private/);
  });

  it('are public: a name of a private address is refused, and nothing arrives', async () => {
    await using receiver = await startReceiver();
    const url = new URL(`http://receiver.example:${receiver.url.port}/`);
    const post = postJson(url, { ...options, allowPrivate: false, ...resolvesTo('127.0.0.1', '::1') });
    await expect(post).rejects.toThrow(/its address is private/);
    expect(receiver.received).toEqual([]);
  });

  it('are those that were checked: a name is resolved once, and the connection goes there', async () => {
    await using receiver = await startReceiver();
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return [{ address: '127.0.0.1', family: 4 }];
    };
    // The system knows no address of this name.
    const url = new URL(`http://receiver.invalid:${receiver.url.port}/`);
    expect(await postJson(url, { ...options, resolve })).toBe(204);
    expect({ asked, host: receiver.received[0]?.headers.host }).toEqual({ asked: 1, host: url.host });
  });

  it('are the public ones of a name that has private ones, too', async () => {
    await using receiver = await startReceiver();
    const url = new URL(`http://receiver.example:${receiver.url.port}/`);
    // No packet leaves this machine: the address belongs to a network that is not routed here.
    const post = postJson(url, {
      ...options,
      allowPrivate: false,
      timeoutMs: 300,
      ...resolvesTo('127.0.0.1', '2001:4860::1'),
    });
    await expect(post).rejects.toThrow(/no connection|no answer/);
    expect(receiver.received).toEqual([]);
  });
});
