import { describe, expect, it } from 'vitest';
import type { Api } from '../api.ts';
import { legacy } from '../legacy/index.ts';
import { procedures } from '../testing/all-procedures.ts';
import { apiUnderTest, config } from '../testing/api-under-test.ts';
import { postJson } from '../testing/post-json.ts';
import { samples } from '../testing/samples.ts';
import { v1 } from '../v1/index.ts';

type TestedOperation = readonly [operation: string, method: string, path: string, procedure: string];

/** Every endpoint of v1 that takes JSON, with the path of its procedure, by which it has a sample. */
const operations = v1.endpoints
  .filter(({ request }) => request?.json !== undefined)
  .map(({ method, operationId, path, procedure }): TestedOperation => {
    const [name = ''] = procedures.find(([, other]) => other === procedure) ?? [];
    return [operationId, method, path, name.replace('v1.', '')];
  });

const inLegacy = operations.filter(([id]) => legacy.endpoints.some(({ operationId }) => operationId === id));

/** Sends a body to a path of v1 as Anna's app, as JSON unless `headers` say otherwise. */
function send(
  api: Api,
  [, method, path]: TestedOperation,
  body: string | ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return api.rest(
    new Request(`http://localhost:3000/api/v1${path}`, {
      method,
      body,
      duplex: 'half',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer anna', ...headers },
    }),
  );
}

/** Returns the sample of an operation's procedure, with the fields that its endpoint takes. */
function sampleBody([operation, , , procedure]: TestedOperation): string {
  const fields = Object.keys(
    v1.endpoints.find(({ operationId }) => operationId === operation)?.request?.json?.shape ?? {},
  );
  const sample = Object.entries(samples[procedure]?.() ?? {}).filter(([name]) => fields.includes(name));
  return JSON.stringify(Object.fromEntries(sample));
}

describe.each(operations)('the body of %s', (...operation) => {
  const good = sampleBody(operation);

  it.each([
    ['with a charset', 'application/json; charset=utf-8'],
    ['in capitals', 'Application/JSON'],
  ])('may be declared %s', async (_how, type) => {
    const { api } = apiUnderTest();
    expect((await send(api, operation, good, { 'Content-Type': type })).status).toBeLessThan(300);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json-patch+json',
    '',
  ])('is refused when it is declared as %j', async (type) => {
    const { api } = apiUnderTest();
    const answer = await send(api, operation, good, { 'Content-Type': type });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request' });
  });

  it.each(['', '{', 'null', '[]', '"text"', '7', `${good}x`, `\uFFFE${good}`])(
    'is refused when it is %j',
    async (body) => {
      const { api } = apiUnderTest();
      const answer = await send(api, operation, body);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(await answer.json()).toMatchObject({ code: 'invalid_request' });
    },
  );

  it('is refused with unknown fields, each by its name', async () => {
    const { api } = apiUnderTest();
    const more = good.replace('{', '{"__proto__":{},"a/b":1,');
    const answer = await send(api, operation, more);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      errors: [
        { detail: 'unknown field', pointer: '#/__proto__' },
        { detail: 'unknown field', pointer: '#/a~1b' },
      ],
    });
  });

  it('is refused with thousands of unknown fields in a short response', async () => {
    const { api } = apiUnderTest();
    const more = JSON.stringify(Object.fromEntries(Array.from({ length: 4_000 }, (_, n) => [`field${n}`, 0])));
    const answer = await send(api, operation, more);
    expect(answer.status).toBe(400);
    const { errors } = (await answer.json()) as { errors: unknown[] };
    expect(errors).toHaveLength(20);
  });

  it('is not read beyond 64 kB, with any Content-Length', async () => {
    const { api } = apiUnderTest();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(0x20));
      },
    });
    const answer = await send(api, operation, endless);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ detail: 'The body is larger than 64 kB.' });
    expect(sent).toBeLessThan(128 * 1024);
  });
});

describe.each(inLegacy)('the body of %s in legacy', (_operation, _method, path) => {
  it('is refused with the old body', async () => {
    const { api } = apiUnderTest();
    const answer = await postJson(api, `/api${path}/`, '{');
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 400,
      body: { detail: 'The body is not valid JSON.' },
    });
    expect(answer.headers.get('deprecation')).toBe('@1767225600');
  });

  it('is not read after the sunset', async () => {
    const { api, clock } = apiUnderTest();
    clock.advance(config.legacy.sunsetAt.getTime() - clock.now());
    const answer = await postJson(api, `/api${path}`, '{');
    expect(answer.status).toBe(410);
    expect(answer.headers.get('link')).toContain(`</api/v1${path}>; rel="successor-version"`);
  });
});

describe('a legacy error', () => {
  it.each([
    [
      { email: 'x', password: 'short', nam: 1 },
      ['email: must be an email', 'password: must have 10', 'nam: unknown field'],
    ],
    [{}, ['email: ', 'password: ']],
  ])('for %j names every field and its reason', async (body, reasons) => {
    const { api } = apiUnderTest();
    const answer = await postJson(api, '/api/auth/register/', body);
    expect(answer.status).toBe(400);
    const { detail } = (await answer.json()) as { detail: string };
    for (const reason of reasons) expect(detail).toContain(reason);
  });

  it.each(['limit=0', 'limit=x', 'cursor='])('for a history with %s names the parameter', async (query) => {
    const { api } = apiUnderTest();
    const headers = { Cookie: 'session=anna', 'Sec-Fetch-Site': 'same-origin' };
    const url = `http://localhost:3000/api/plant-identification/identifications/?${query}`;
    const answer = await api.rest(new Request(url, { headers }));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      detail: expect.stringContaining(`${query.split('=', 1).join('')}: `) as string,
    });
  });
});
