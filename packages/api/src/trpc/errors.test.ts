import { IdentificationError } from '@plantcommunity/identification';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { baseProcedure } from '../middleware/procedure.ts';
import { NAMESPACES } from '../namespaces.ts';
import { createNamespace } from '../rest/create-namespace.ts';
import { apiUnderTest, config } from '../testing/api-under-test.ts';
import { guardUnderTest, type Served, serve } from '../testing/serve.ts';
import { upload } from '../testing/transports.ts';
import { v1 } from '../v1/index.ts';

const REQUEST_ID = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';
const asAnna = { Authorization: 'Bearer anna' };

const place = z.strictObject({ latitude: z.number().max(90) });
const journey = z.strictObject({ start: place, stops: z.array(z.strictObject({ at: place })) });

/** A namespace with a procedure whose input is nested, as none of v1 is yet. */
const nested = createNamespace(
  { name: 'nested', basePath: '/api/nested', presenter: v1.presenter },
  {
    endpoints: {},
    restOnly: {},
    trpcOnly: {
      journeys: {
        plan: baseProcedure
          .meta({ policy: 'public' })
          .input(journey)
          .mutation(() => undefined),
      },
    },
  },
);

let served: Served;

beforeAll(async () => {
  const { api } = apiUnderTest({
    namespaces: [...NAMESPACES, nested],
    config: { mode: 'production', rates: { ...config.rates, pro: { count: 1, windowMs: 60_000 } } },
    service: {
      history: async () => {
        throw new IdentificationError('busy', 'No room', { retryAfterMs: 7_000 });
      },
    },
  });
  served = await serve(guardUnderTest(new FakeClock()), (request) => api.trpc(request));
});
afterAll(() => served.close());

const errors = z
  .array(z.object({ error: z.object({ data: z.record(z.string(), z.unknown()) }).optional() }))
  .transform((answers) => answers.map(({ error }) => error?.data));

/** Sends calls over HTTP, as a batch if there are several inputs. Returns the status, the headers and each error's data. */
async function send(
  paths: readonly string[],
  { body, headers = {}, isBatch = paths.length > 1 }: { body?: unknown; headers?: object; isBatch?: boolean } = {},
) {
  const batch = isBatch ? '?batch=1' : '';
  const answer = await fetch(`http://localhost:${served.port}/api/trpc/${paths.join(',')}${batch}`, {
    headers: {
      'X-Request-Id': REQUEST_ID,
      ...(body !== undefined && !(body instanceof FormData) && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { method: 'POST', body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const data = errors.parse([await answer.json()].flat());
  return { status: answer.status, headers: answer.headers, data };
}

describe('an error of tRPC over HTTP', () => {
  it.each([
    {
      path: 'v1.auth.me',
      credentials: {},
      expected: { code: 'authentication_required', status: 401 },
      header: ['www-authenticate', 'Bearer'],
    },
    {
      path: 'v1.auth.me',
      credentials: { Authorization: 'Bearer nothing' },
      expected: { code: 'invalid_token', status: 401 },
      header: ['www-authenticate', 'Bearer error="invalid_token"'],
    },
    {
      path: 'v1.plantIdentification.history',
      credentials: { Authorization: 'Bearer plk_identify' },
      expected: { code: 'insufficient_scope', status: 403 },
      header: ['www-authenticate', 'Bearer error="insufficient_scope", scope="read"'],
    },
    {
      path: 'v1.auth.register',
      credentials: asAnna,
      expected: { code: 'method_not_allowed', status: 405 },
      header: ['allow', 'POST'],
    },
    {
      path: 'v1.plantIdentification.history',
      credentials: asAnna,
      expected: { code: 'busy', status: 503, retryAfter: 7 },
      header: ['retry-after', '7'],
    },
  ])(
    'keeps code $expected.code, its header and the request id, alone and in a batch',
    async ({ path, credentials, expected, header: [name = '', value] }) => {
      for (const isBatch of [false, true]) {
        const answer = await send([path], { headers: credentials, isBatch });
        expect(answer.status).toBe(expected.status);
        expect(answer.data).toMatchObject([{ ...expected, requestId: REQUEST_ID }]);
        expect({ [name]: answer.headers.get(name), id: answer.headers.get('x-request-id') }).toEqual({
          [name]: value,
          id: REQUEST_ID,
        });
      }
    },
  );

  it('keeps the rate-limit headers of a 429', async () => {
    const identify = () => send(['v1.plantIdentification.identify'], { body: upload(), headers: asAnna });
    await identify();
    const refused = await identify();
    expect(refused.data).toMatchObject([{ code: 'rate_limited', status: 429, requestId: REQUEST_ID }]);
    expect(refused.headers.get('retry-after')).toBe(String(refused.data[0]?.['retryAfter']));
    expect(refused.headers.get('ratelimit')).toMatch(/^"identify-pro";r=0;t=\d+$/);
  });

  it('in a batch belongs to its call, and has the request id of all', async () => {
    const answer = await send(['v1.auth.me', 'v1.plantIdentification.history', 'v1.plantIdentification.health'], {
      headers: { Authorization: 'Bearer plk_identify' },
    });
    expect(answer.status).toBe(207);
    expect(answer.data).toMatchObject([
      { code: 'insufficient_scope', detail: 'An API key cannot be used here. Please sign in.', requestId: REQUEST_ID },
      {
        code: 'insufficient_scope',
        detail: 'This API key does not have the scope "read".',
        requestId: REQUEST_ID,
      },
      undefined,
    ]);
    expect(answer.headers.get('x-request-id')).toBe(REQUEST_ID);
  });
});

describe('a validation error of tRPC over HTTP', () => {
  const pointers = (data: Record<string, unknown> | undefined) =>
    z
      .array(z.object({ pointer: z.string() }))
      .parse(data?.['errors'])
      .map(({ pointer }) => pointer);

  it('names the element of a list', async () => {
    const body = { name: 'Weekly report', scopes: ['read', 'everything'] };
    const answer = await send(['v1.apiKeys.create'], { body, headers: asAnna });
    expect(answer.status).toBe(400);
    expect(answer.data).toMatchObject([{ code: 'invalid_request', requestId: REQUEST_ID }]);
    expect(pointers(answer.data[0])).toEqual(['#/scopes/1']);
  });

  it('names nested fields, those of elements, and unknown ones', async () => {
    const at = { latitude: 52.5 };
    const body = {
      start: { latitude: 91 },
      stops: [{ at }, { at: {} }, { at: { ...at, altitude: 3 } }, { 'a/b': 1, at }],
    };
    const answer = await send(['nested.journeys.plan'], { body });
    expect(pointers(answer.data[0])).toEqual([
      '#/start/latitude',
      '#/stops/1/at/latitude',
      '#/stops/2/at/altitude',
      '#/stops/3/a~1b',
    ]);
  });

  it('in a batch names the fields of its own call', async () => {
    const key = { name: 'Weekly report', scopes: ['read'] };
    const answer = await send(['v1.apiKeys.create', 'v1.apiKeys.create', 'nested.journeys.plan'], {
      body: { 0: { ...key, name: '' }, 1: key, 2: { start: { latitude: 1 }, stops: [{ at: { latitude: '1' } }] } },
      headers: asAnna,
    });
    expect(answer.status).toBe(207);
    expect(answer.data.map((data) => (data === undefined ? 'succeeded' : pointers(data)))).toEqual([
      ['#/name'],
      'succeeded',
      ['#/stops/0/at/latitude'],
    ]);
  });
});
