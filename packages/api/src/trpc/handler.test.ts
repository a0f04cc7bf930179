import { createTRPCClient, httpLink, type TRPCClientError } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AppRouter } from '../api.ts';
import { type ApiUnderTest, apiUnderTest, config } from '../testing/api-under-test.ts';
import { upload } from '../testing/transports.ts';

const TRPC = 'http://localhost:3000/api/trpc';

const errorsOf = z.array(z.object({ error: z.object({ data: z.object({ code: z.string(), status: z.number() }) }) }));

function clientOf({ api }: ApiUnderTest, headers: Record<string, string> = {}) {
  const ownPage = { 'Sec-Fetch-Site': 'same-origin', ...headers };
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: TRPC,
        headers: ownPage,
        fetch: (url, options) => api.trpc(new Request(String(url), options as RequestInit)),
      }),
    ],
  });
}

describe('a tRPC client', () => {
  it('uploads FormData and reads the wire object', async () => {
    const answer = await clientOf(apiUnderTest()).v1.plantIdentification.identify.mutate(upload({ language: 'de' }));
    expect(answer.plant_name).toBe('Swiss cheese plant');
    expect(answer.suggestions[0]?.sources[1]).toEqual({ provider: 'plantnet', score: 0.71, rank: 1, of: 10 });
  });

  it('receives code, status, detail, request id and wrong fields of an error', async () => {
    const requestId = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';
    const client = clientOf(apiUnderTest(), { 'X-Request-Id': requestId });
    const error = await client.v1.plantIdentification.identify
      .mutate(upload({ language: 'de--DE' }))
      .catch((thrown: TRPCClientError<AppRouter>) => thrown);
    expect('data' in error && error.data).toEqual({
      code: 'invalid_request',
      status: 400,
      httpStatus: 400,
      detail: 'The request is not valid.',
      requestId,
      errors: [{ detail: 'must be a language tag, such as de or pt-BR', pointer: '#/language' }],
    });
  });

  it('receives Retry-After as a number', async () => {
    const under = apiUnderTest({ limit: { consume: async () => never } });
    const never = {
      allowed: false,
      policy: 'identify-free',
      rate: { count: 1, windowMs: 60_000 },
      remaining: 0,
      resetAt: under.clock.now() + 12_001,
      refund: async () => true,
    };
    const error = await clientOf(under)
      .v1.plantIdentification.identify.mutate(upload())
      .catch((thrown: TRPCClientError<AppRouter>) => thrown);
    expect('data' in error && error.data?.retryAfter).toBe(13);
  });
});

describe('tRPC', () => {
  const batchOf = (...paths: string[]) =>
    new Request(`${TRPC}/${paths.join(',')}?batch=1&input={}`, { headers: { Cookie: 'session=anna' } });
  const repeated = (size: number, path = 'v1.plantIdentification.history') =>
    batchOf(...Array.from({ length: size }, () => path));

  it('accepts batches of 20 and refuses batches of 21', async () => {
    const { api } = apiUnderTest();
    expect((await api.trpc(repeated(20))).status).toBe(200);
    const refused = await api.trpc(repeated(21));
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { data: { code: 'invalid_request' } } });
  });

  it.each([
    ['twice', ['v1.plantIdentification.health', 'v1.plantIdentification.health']],
    ['under both namespaces', ['v1.plantIdentification.health', 'legacy.plantIdentification.health']],
    ['beside others', ['v1.auth.me', 'legacy.plantIdentification.health', 'legacy.plantIdentification.health']],
  ])('refuses a batch that names a public procedure %s, and runs none of its calls', async (_how, paths) => {
    let probes = 0;
    const { api } = apiUnderTest({
      service: {
        health: async () => {
          probes += 1;
          throw new Error('not reached');
        },
      },
    });
    const refused = await api.trpc(batchOf(...paths));
    expect(refused.status).toBe(400);
    const codes = errorsOf.parse(await refused.json()).map(({ error }) => error.data.code);
    expect(codes).toEqual(paths.map(() => 'invalid_request'));
    expect(probes).toBe(0);
  });

  it('accepts a batch that names a public procedure once', async () => {
    const { api } = apiUnderTest();
    expect((await api.trpc(batchOf('v1.plantIdentification.health', 'v1.auth.me'))).status).toBe(200);
  });

  it('counts every call of a batch, and no call of a refused batch', async () => {
    const { api, asked } = apiUnderTest({
      config: { rates: { ...config.rates, anonymous: { count: 30, windowMs: 3_600_000 } } },
    });
    const send = (size: number) =>
      api.trpc(
        new Request(
          `${TRPC}/${Array.from({ length: size }, () => 'v1.plantIdentification.identify').join(',')}?batch=1`,
          {
            method: 'POST',
            body: '{}',
            headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' },
          },
        ),
      );
    const statuses = async (answer: Response) =>
      errorsOf.parse(await answer.json()).map(({ error }) => error.data.status);
    expect((await send(21)).status).toBe(400);
    // The calls have no photos, but they count.
    expect(await statuses(await send(20))).toEqual(Array.from({ length: 20 }, () => 415));
    const second = (await statuses(await send(20))).toSorted((a, b) => a - b);
    expect(second).toEqual([...Array.from({ length: 10 }, () => 415), ...Array.from({ length: 10 }, () => 429)]);
    expect(asked).toEqual([]);
  });

  it('masks internal errors inside a batch', async () => {
    const { api } = apiUnderTest({
      service: {
        history: async () => {
          throw new Error('postgres://secret');
        },
      },
    });
    const answer = await api.trpc(repeated(2));
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(text).not.toContain('secret');
    expect(text).not.toContain('stack');
  });

  it('never reads more than 64 kB of JSON', async () => {
    const { api } = apiUnderTest();
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16 * 1024;
        if (sent > 1024 * 1024) controller.close();
        else controller.enqueue(Buffer.alloc(16 * 1024, ' '));
      },
    });
    const answer = await api.trpc(
      new Request(`${TRPC}/v1.plantIdentification.identify`, {
        method: 'POST',
        body,
        duplex: 'half',
        headers: { 'Content-Type': 'application/json' },
      }),
    );
    expect(answer.status).toBe(400);
    expect(sent).toBeLessThan(256 * 1024);
  });

  it.each([
    ['text/plain', 'hello', 400],
    ['application/json', '{', 400],
    ['application/octet-stream', 'bytes', 415],
  ])('refuses a body of %s for an upload', async (type, body, status) => {
    const { api } = apiUnderTest();
    const answer = await api.trpc(
      new Request(`${TRPC}/v1.plantIdentification.identify`, {
        method: 'POST',
        body,
        headers: { 'Content-Type': type },
      }),
    );
    expect(answer.status).toBe(status);
  });

  it('accepts the same JSON as REST', async () => {
    const { api } = apiUnderTest();
    const good = Buffer.from(JSON.stringify({ refresh_token: 'refresh' }));
    const send = async (body: Buffer) => {
      const post = { method: 'POST', body: new Uint8Array(body), headers: { 'Content-Type': 'application/json' } };
      const overRest = await api.rest(new Request('http://localhost:3000/api/v1/auth/token/refresh', post));
      const overTrpc = await api.trpc(new Request(`${TRPC}/v1.auth.refresh`, post));
      return [overRest.status, overTrpc.status];
    };
    expect(await send(Buffer.concat([Buffer.from('\ufeff'), good]))).toEqual([200, 200]);
    expect(await send(Buffer.from('{"refresh_token":"\xff"}', 'latin1'))).toEqual([400, 400]);
  });

  it('answers 404 to an unknown procedure, with or without a trailing slash', async () => {
    const { api } = apiUnderTest();
    for (const path of ['v1.nothing', 'v1.nothing/', 'v1.__proto__', '']) {
      const answer = await api.trpc(new Request(`${TRPC}/${path}`));
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: { data: { code: 'not_found' } } });
    }
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('answers 405 with Allow to %s', async (method) => {
    const { api } = apiUnderTest();
    const bodies = [
      {},
      ...['application/json', 'text/plain', 'multipart/form-data; boundary=x'].map((type) => ({
        body: '{}',
        headers: { 'Content-Type': type, Accept: 'application/jsonl' },
      })),
    ];
    for (const [path, allow] of [
      ['v1.plantIdentification.identify', 'POST'],
      ['v1.plantIdentification.health', 'GET'],
      ['legacy.auth.register', 'POST'],
      ['v1.auth.register?batch=1', 'POST'],
    ]) {
      for (const body of bodies) {
        const answer = await api.trpc(new Request(`${TRPC}/${path}`, { method, ...body }));
        expect({ path, status: answer.status, allow: answer.headers.get('allow') }).toEqual({
          path,
          status: 405,
          allow,
        });
        expect([await answer.json()].flat()).toMatchObject([{ error: { data: { code: 'method_not_allowed' } } }]);
      }
    }
    expect((await api.trpc(new Request(`${TRPC}/v1.nothing`, { method }))).status).toBe(404);
  });

  it('applies to every call of a batch its own policy', async () => {
    const { api } = apiUnderTest({ config: { mode: 'production' } });
    const answer = await api.trpc(
      new Request(`${TRPC}/v1.plantIdentification.history,v1.plantIdentification.health?batch=1&input={}`),
    );
    expect(answer.status).toBe(207);
    expect(await answer.json()).toMatchObject([{ error: { data: { status: 401 } } }, { result: { data: {} } }]);
  });
});
