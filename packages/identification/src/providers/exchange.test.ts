import { gzipSync } from 'node:zlib';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { inSpan } from '@plantcommunity/telemetry';
import { recordSpans } from '@plantcommunity/telemetry/testing/spans';
import { expect, test } from 'vitest';
import { createExchange, type ExchangeRequest, MAX_ANSWER_BYTES } from './exchange.ts';
import { errorOf, unhurried } from './testing/request.ts';
import { type Act, answer, type StubService, silence, startStub } from './testing/stub-service.ts';

const TIMEOUT = 5000;

function setUp(stub: Pick<StubService, 'url'>) {
  const clock = new FakeClock();
  const post: ExchangeRequest = {
    url: new URL(stub.url),
    payload: { contentType: 'application/json', bytes: Buffer.from('{"paid":true}') },
  };
  return { clock, post, exchange: createExchange({ provider: 'plant_id', timeoutMs: TIMEOUT, clock }) };
}

test('an exchange sends all bytes with their length, and returns any status', async () => {
  await using stub = await startStub(answer(418, 'teapot', { 'Retry-After': '7' }));
  const { clock, exchange, post } = setUp(stub);
  const reply = await exchange(post, unhurried());
  expect(reply).toMatchObject({ status: 418, text: 'teapot' });
  expect(reply.headers.get('retry-after')).toBe('7');
  const [request] = stub.requests;
  expect(request?.body.toString()).toBe('{"paid":true}');
  expect(request?.headers.get('content-length')).toBe('13');
  expect(request?.headers.has('transfer-encoding')).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});

test.each([true, false])('an exchange sends the trace on only if it is told to: %s', async (sendTraceparent) => {
  await using stub = await startStub(answer(200, '{}'));
  const { clock, post } = setUp(stub);
  const exchange = createExchange({ provider: 'plant_id', timeoutMs: TIMEOUT, clock, sendTraceparent });
  const recorder = recordSpans();
  await inSpan('provider.call', {}, () => exchange(post, unhurried()));
  recorder.stop();
  const { spanId, traceId } = recorder.only('provider.call').spanContext();
  const [request] = stub.requests;
  expect({
    traceparent: request?.headers.get('traceparent'),
    tracestate: request?.headers.get('tracestate'),
    accept: request?.headers.get('accept'),
  }).toEqual({
    traceparent: sendTraceparent ? `00-${traceId}-${spanId}-01` : null,
    tracestate: null,
    accept: 'application/json',
  });
});

test.each([301, 302, 303, 304, 307, 308])('an exchange rejects a redirect with %i', async (status) => {
  await using stub = await startStub(answer(status, '', { Location: '/elsewhere' }), answer(200, '{}'));
  const { exchange, post } = setUp(stub);
  expect(await errorOf(exchange(post, unhurried()))).toMatchObject({ type: 'failed', cause: { code: 'redirect' } });
  expect(stub.requests).toHaveLength(1);
});

test('a POST is sent once, even when the answer asks for it again on another connection', async () => {
  await using stub = await startStub(answer(421, 'misdirected'), answer(200, '{}'));
  const { exchange, post } = setUp(stub);
  expect(await exchange(post, unhurried())).toMatchObject({ status: 421 });
  expect(stub.requests).toHaveLength(1);
});

const endless: Act = (response) => {
  response.writeHead(200);
  const feed = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, 'a')));
  };
  response.on('drain', feed);
  feed();
};

const bomb: Act = (response) => {
  response.writeHead(200, { 'Content-Encoding': 'gzip' });
  response.end(gzipSync(Buffer.alloc(4 * MAX_ANSWER_BYTES)));
};

test.each([
  ['an answer without end', endless],
  ['an answer that unpacks to too much', bomb],
])('an exchange stops reading %s', async (_, act) => {
  await using stub = await startStub(act);
  const { exchange, post } = setUp(stub);
  expect(await errorOf(exchange(post, unhurried()))).toMatchObject({ type: 'failed', cause: { code: 'oversized' } });
});

test('an exchange reads an answer up to the cap', async () => {
  await using stub = await startStub(answer(200, 'a'.repeat(MAX_ANSWER_BYTES)));
  const { exchange, post } = setUp(stub);
  expect((await exchange(post, unhurried())).text).toHaveLength(MAX_ANSWER_BYTES);
});

const half: Act = (response) => {
  response.writeHead(200, { 'Content-Length': '100' });
  response.write('{');
};

test.each([
  ['never answers', silence],
  ['stops in the middle of its answer', half],
])('an exchange times out on a service that %s', async (_, act) => {
  await using stub = await startStub(act);
  const { clock, exchange, post } = setUp(stub);
  const arrived = stub.arrival();
  const failure = errorOf(exchange(post, unhurried()));
  await arrived;
  clock.advance(TIMEOUT - 1);
  expect(clock.pendingTimers).toBe(1);
  clock.advance(1);
  expect(await failure).toMatchObject({ name: 'ProviderError', type: 'timeout', provider: 'plant_id' });
  expect(stub.requests).toHaveLength(1);
});

test('an aborted exchange rejects with the reason of its signal', async () => {
  await using stub = await startStub(silence);
  const { clock, exchange, post } = setUp(stub);
  const caller = new AbortController();
  const arrived = stub.arrival();
  const failure = errorOf(exchange(post, caller.signal));
  await arrived;
  const reason = new Error('gone home');
  caller.abort(reason);
  expect(await failure).toBe(reason);
  expect(clock.pendingTimers).toBe(0);
});

test('an exchange with an aborted signal sends nothing', async () => {
  await using stub = await startStub(answer(200, '{}'));
  const { exchange, post } = setUp(stub);
  const reason = new Error('gone home');
  expect(await errorOf(exchange(post, AbortSignal.abort(reason)))).toBe(reason);
  expect(stub.requests).toHaveLength(0);
});

test('a reset connection is a failure that names only the code', async () => {
  await using stub = await startStub((response) => response.destroy());
  const { exchange, post } = setUp(stub);
  expect(await errorOf(exchange(post, unhurried()))).toMatchObject({
    type: 'failed',
    message: 'connection: UND_ERR_SOCKET',
    cause: { name: 'ExchangeError', code: 'connection' },
  });
  expect(stub.requests).toHaveLength(1);
});

test('a refused connection is a failure', async () => {
  const stub = await startStub(silence);
  await stub[Symbol.asyncDispose]();
  const { exchange, post } = setUp(stub);
  expect(await errorOf(exchange(post, unhurried()))).toMatchObject({
    type: 'failed',
    message: 'connection: ECONNREFUSED',
  });
});
