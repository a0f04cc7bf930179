import type { Operations } from '@plantcommunity/operations';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { createTRPCClient, httpBatchLink, httpBatchStreamLink, TRPCClientError } from '@trpc/client';
import { describe, expect, it, vi } from 'vitest';
import type { AppRouter } from '../api.ts';
import { proceduresOf, typeOf } from '../middleware/init.ts';
import { appRouter } from '../testing/all-procedures.ts';
import { type ApiUnderTest, apiUnderTest, config } from '../testing/api-under-test.ts';
import { storedId } from '../testing/fake-service.ts';
import { legacy } from './index.ts';

const HOST = 'http://localhost:3000';
const TRPC = `${HOST}/api/trpc`;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const DETAIL = 'This version of the API is gone. Use /api/v1.';
const SUNSET = config.legacy.sunsetAt.getTime();
const asAnna = { Authorization: 'Bearer anna' };

const restPaths = [...new Set(legacy.endpoints.map(({ path }) => `/api${path}`))].map((declared) => ({
  declared,
  path: declared.replace('{id}', storedId).replace('{n}', '1'),
}));
const procedures = [...proceduresOf(appRouter)].filter(([path]) => path.startsWith('legacy.'));

/** The API at a time, with what it counts. */
function apiAt(now: number) {
  const rows = vi.fn<Operations['countLegacyCall']>();
  const metrics: { route: string; isGone: boolean }[] = [];
  const under = apiUnderTest({
    operations: { countLegacyCall: rows },
    metrics: { ...createTestMetrics().requests, recordLegacyCall: (call) => void metrics.push(call) },
  });
  under.clock.advance(now - under.clock.now());
  return { ...under, rows, metrics };
}

const successorsOf = ({ headers }: Response) =>
  [...(headers.get('link') ?? '').matchAll(/<([^>]*)>; rel="successor-version"/g)].map(([, target]) => target);

function requestFor(url: string, method: string, headers: Record<string, string> = asAnna): Request {
  const hasBody = !['GET', 'HEAD', 'OPTIONS'].includes(method);
  const type = hasBody ? { 'Content-Type': 'application/json' } : {};
  return new Request(url, { method, headers: { ...headers, ...type }, ...(hasBody && { body: '{' }) });
}

describe.each(restPaths)('$path', ({ declared, path }) => {
  it('answers 410 to every method from the sunset on, names its successor, and is counted', async () => {
    const { api, asked, metrics, rows } = apiAt(SUNSET);
    for (const method of METHODS) {
      for (const slash of ['', '/']) {
        // oxlint-disable-next-line no-await-in-loop -- one call after the other
        const answer = await api.rest(requestFor(HOST + path + slash, method));
        const text = await answer.text();
        expect({ method, status: answer.status, text, successors: successorsOf(answer) }).toEqual({
          method,
          status: 410,
          text: method === 'HEAD' ? '' : JSON.stringify({ detail: DETAIL }),
          successors: [path.replace('/api/', '/api/v1/')],
        });
        expect(answer.headers.get('content-type')).toBe('application/json');
        expect(answer.headers.get('sunset')).toBe('Thu, 01 Jul 2027 00:00:00 GMT');
      }
    }
    const calls = METHODS.length * 2;
    expect(metrics).toEqual(Array.from({ length: calls }, () => ({ route: declared, isGone: true })));
    await expect.poll(() => rows.mock.calls).toHaveLength(calls);
    expect(asked).toEqual([]);
  });

  it('answers as before a millisecond before the sunset, and so does its successor after it', async () => {
    const before = apiAt(SUNSET - 1);
    const after = apiAt(SUNSET);
    for (const method of METHODS) {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      const statuses = await Promise.all([
        before.api.rest(requestFor(HOST + path, method)),
        after.api.rest(requestFor(HOST + path.replace('/api/', '/api/v1/'), method)),
      ]);
      expect({ method, gone: statuses.filter(({ status }) => status === 410) }).toEqual({ method, gone: [] });
    }
    expect(before.metrics).toEqual(METHODS.map(() => ({ route: declared, isGone: false })));
  });
});

describe.each(procedures)('%s over tRPC', (path, procedure) => {
  it('answers 410 to every method from the sunset on, also in a batch and as a stream, and is counted', async () => {
    const { api, asked, metrics } = apiAt(SUNSET);
    const single = `${TRPC}/${path}`;
    const [batch, list] = [`${single}?batch=1`, `${single},legacy.auth.me?batch=1`];
    const stream = { ...asAnna, 'trpc-accept': 'application/jsonl' };
    const events = { ...asAnna, Accept: 'text/event-stream' };
    for (const method of METHODS) {
      for (const [url, headers] of [
        [single, asAnna],
        [batch, asAnna],
        [list, asAnna],
        [list, stream],
        [single, events],
      ] as const) {
        // oxlint-disable-next-line no-await-in-loop -- one call after the other
        const answer = await api.trpc(requestFor(url, method, headers));
        expect({ method, url, status: answer.status, link: successorsOf(answer)[0] }).toEqual({
          method,
          url,
          status: 410,
          link: `/api/trpc/${path.replace('legacy.', 'v1.')}`,
        });
        const body: unknown = JSON.parse((await answer.text()) || '{"error":{"data":{"code":"version_gone"}}}');
        expect([body].flat()[0]).toMatchObject({ error: { data: { code: 'version_gone' } } });
      }
    }
    expect(metrics.every(({ isGone }) => isGone)).toBe(true);
    expect(metrics.filter(({ route }) => route === `/api/trpc/${path}`).length).toBeGreaterThanOrEqual(
      METHODS.length * 5,
    );
    expect(asked).toEqual([]);
  });

  it('answers as before a millisecond before the sunset', async () => {
    const { api } = apiAt(SUNSET - 1);
    const method = typeOf(procedure) === 'mutation' ? 'POST' : 'GET';
    const answers = await Promise.all(
      [method, 'PUT', 'OPTIONS'].map((each) => api.trpc(requestFor(`${TRPC}/${path}`, each))),
    );
    await Promise.all(answers.map(async ({ body }) => body?.cancel()));
    expect(answers.map(({ status }) => status)).not.toContain(410);
  });
});

describe('a batch over tRPC from the sunset on', () => {
  const body = async (answer: Response): Promise<unknown> => answer.json();

  it.each([
    ['GET', { result: { data: { status: 'healthy' } } }],
    ['PUT', { error: { data: { code: 'method_not_allowed' } } }],
  ])('over %s answers its calls of v1 as ever, and 410 to those of legacy', async (method, ofV1) => {
    const { api, metrics } = apiAt(SUNSET);
    const paths = 'v1.plantIdentification.health,legacy.plantIdentification.history,legacy.auth.me';
    const answer = await api.trpc(requestFor(`${TRPC}/${paths}?batch=1&input=%7B%7D`, method));
    expect({ status: answer.status, body: await body(answer) }).toMatchObject({
      status: 207,
      body: [
        ofV1,
        { error: { data: { code: 'version_gone', httpStatus: 410, detail: DETAIL } } },
        { error: { data: { code: 'version_gone', httpStatus: 410, detail: DETAIL } } },
      ],
    });
    expect(metrics.map(({ route }) => route)).toEqual([
      '/api/trpc/legacy.plantIdentification.history',
      '/api/trpc/legacy.auth.me',
    ]);
  });

  it('is recognised with an escaped path, and when it is larger than a batch may be', async () => {
    const { api } = apiAt(SUNSET);
    const many = Array.from({ length: 30 }, () => 'legacy.auth.me').join(',');
    const answers = await Promise.all([
      api.trpc(new Request(`${TRPC}/legacy%2Eauth.me%2Clegacy.auth.me?batch=1`)),
      api.trpc(new Request(`${TRPC}/${many}?batch=1`)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([410, 410]);
    expect(await Promise.all(answers.map(body))).toMatchObject([
      [{}, {}],
      { error: { data: { code: 'version_gone' } } },
    ]);
  });

  it.each([
    ['a list', httpBatchLink],
    ['a stream', httpBatchStreamLink],
  ])('fails as gone in a client that reads %s', async (_what, link) => {
    const { api } = apiAt(SUNSET);
    const fetch = (url: URL | Request | string, init?: object) => api.trpc(new Request(url, init));
    const client = createTRPCClient<AppRouter>({ links: [link({ url: TRPC, fetch, headers: asAnna })] });
    const calls = [client.legacy.auth.me.query(), client.legacy.plantIdentification.history.query()];
    for (const settled of await Promise.allSettled(calls)) {
      const reason: unknown = settled.status === 'rejected' ? settled.reason : undefined;
      expect(reason).toBeInstanceOf(TRPCClientError);
      expect(reason).toMatchObject({ message: DETAIL, data: { code: 'version_gone', httpStatus: 410 } });
    }
  });
});

it('a page of another site is told that legacy is gone, too', async () => {
  const { api } = apiAt(SUNSET);
  const headers = { Cookie: 'session=anna', Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  const answers = await Promise.all([
    api.rest(requestFor(`${HOST}/api/auth/token`, 'POST', headers)),
    api.trpc(requestFor(`${TRPC}/legacy.auth.token`, 'POST', headers)),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([410, 410]);
});

it('paths that legacy never had, and those of next-auth beside it, are not gone', async () => {
  const { api } = apiAt(SUNSET);
  const paths = ['/api/nothing', '/api/plant-identification/identify/known', '/api/v9/plant-identification/identify'];
  const answers = await Promise.all(paths.map((path) => api.rest(new Request(HOST + path))));
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  const session = await api.nextAuth(new Request(`${HOST}/api/auth/session`), async () => Response.json({}));
  expect({ status: session.status, isDeprecated: session.headers.has('deprecation') }).toEqual({
    status: 200,
    isDeprecated: false,
  });
});

it('an API that starts after the sunset answers 410 from its first request on', async () => {
  const past = { deprecatedAt: new Date('2025-06-01T00:00:00Z'), sunsetAt: new Date('2026-02-01T00:00:00Z') };
  const under: ApiUnderTest = apiUnderTest({ config: { legacy: past } });
  const answer = await under.api.rest(new Request(`${HOST}/api/plant-identification/identify/health`));
  expect({ status: answer.status, sunset: answer.headers.get('sunset') }).toEqual({
    status: 410,
    sunset: 'Sun, 01 Feb 2026 00:00:00 GMT',
  });
});
