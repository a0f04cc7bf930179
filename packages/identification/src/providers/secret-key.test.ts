import { inspect } from 'node:util';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, test } from 'vitest';
import { PROVIDERS } from './index.ts';
import { ProviderError } from './provider-error.ts';
import { errorOf, request, unhurried } from './testing/request.ts';
import { type Act, answer, silence, startStub } from './testing/stub-service.ts';

/** With signs that look different in a URL, so that both spellings are looked for. */
const KEY = '2b10/Secret+Key=&öß';
const TIMEOUT = 5000;

/** Everything that a logger could make of an error. */
function everySign(error: unknown): string {
  const stack = error instanceof Error ? `${error.stack} ${String(error)} ${JSON.stringify(error)}` : '';
  return `${inspect(error, { depth: 10, showHidden: true })} ${stack}`;
}

const SPELLINGS = [KEY, encodeURIComponent(KEY), new URLSearchParams({ k: KEY }).toString().slice(2), 'Secret'];

/** What of the key an error shows: nothing, it should be. */
async function shownOf(work: Promise<unknown>): Promise<string[]> {
  const error = await errorOf(work);
  if (!(error instanceof ProviderError)) throw new Error('not an error of a provider', { cause: error });
  const text = everySign(error);
  return SPELLINGS.filter((spelling) => text.includes(spelling));
}

const echoesUrl: Act = (response, { url }) => {
  response.writeHead(500).end(`cannot serve ${url.href}`);
};

const echoesKey: Act = (response) => {
  response.writeHead(400).end(`${'x'.repeat(70)} no such key ${KEY} or ${encodeURIComponent(KEY)}`);
};

const cuts: Act = (response) => response.destroy();
const garbles: Act = (response) => {
  response.socket?.end('HTTP/9.9 what?\r\n\r\n');
};

describe.each(PROVIDERS)('the API key of $displayName is in no error', ({ createClient }) => {
  test.each([
    ['when the answer quotes the URL', echoesUrl],
    ['when the answer quotes the key', echoesKey],
    ['when the answer is a redirect to it', answer(302, '', { Location: `/?api-key=${encodeURIComponent(KEY)}` })],
    ['when the answer is not JSON', answer(200, `api-key=${encodeURIComponent(KEY)}`)],
    [
      'when the answer is of another shape',
      answer(200, { [encodeURIComponent(KEY)]: 1, results: encodeURIComponent(KEY) }),
    ],
    ['when the connection is cut', cuts],
    ['when the answer is not HTTP', garbles],
  ])('%s', async (_, act) => {
    await using stub = await startStub(act);
    const client = createClient({ apiKey: KEY, baseUrl: stub.url, timeoutMs: TIMEOUT, clock: new FakeClock() });
    expect(await shownOf(client.identify(request(), unhurried()))).toEqual([]);
    expect(await shownOf(client.usage(unhurried()))).toEqual([]);
  });

  test('when the connection is refused', async () => {
    const client = createClient({
      apiKey: KEY,
      baseUrl: 'http://127.0.0.1:1',
      timeoutMs: TIMEOUT,
      clock: new FakeClock(),
    });
    expect(await shownOf(client.identify(request(), unhurried()))).toEqual([]);
  });

  test('when the service is too slow', async () => {
    await using stub = await startStub(silence);
    const clock = new FakeClock();
    const client = createClient({ apiKey: KEY, baseUrl: stub.url, timeoutMs: TIMEOUT, clock });
    const arrived = stub.arrival();
    const shown = shownOf(client.identify(request(), unhurried()));
    await arrived;
    clock.advance(TIMEOUT);
    expect(await shown).toEqual([]);
  });

  test('when the request cannot be sent', async () => {
    const client = createClient({
      apiKey: `${KEY}\n${KEY}`,
      baseUrl: 'ftp://127.0.0.1',
      timeoutMs: TIMEOUT,
      clock: new FakeClock(),
    });
    expect(await shownOf(client.identify(request(), unhurried()))).toEqual([]);
  });
});
