import type { Operations } from '@plantcommunity/operations';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { expect, it, vi } from 'vitest';
import { apiUnderTest } from '../testing/api-under-test.ts';
import { storedId } from '../testing/fake-service.ts';
import { postJson } from '../testing/post-json.ts';

const HOST = 'http://localhost:3000';
const HEALTH = '/api/plant-identification/identify/health';
const PHONE = { 'User-Agent': 'okhttp/4.12.0' };

/** The API with what it counts of legacy, and the rows once there are so many. */
function countingApi(options: NonNullable<Parameters<typeof apiUnderTest>[0]> = {}) {
  const rows = vi.fn<Operations['countLegacyCall']>();
  const routes: unknown[] = [];
  const under = apiUnderTest({
    ...options,
    operations: { countLegacyCall: rows },
    metrics: { ...createTestMetrics().requests, recordLegacyCall: ({ route }) => void routes.push(route) },
  });
  const rowsOf = async (count: number) => {
    await expect.poll(() => rows.mock.calls).toHaveLength(count);
    return rows.mock.calls.map(([call]) => call);
  };
  return { ...under, routes, rowsOf };
}

it('calls of legacy are counted by declared path and product over REST and tRPC, calls of v1 are not', async () => {
  const { api, routes, rowsOf } = countingApi();
  await api.rest(new Request(`${HOST}/api/plant-identification/identifications/${storedId}`, { headers: PHONE }));
  await api.rest(new Request(`${HOST}/api/v1/plant-identification/identify/health`, { headers: PHONE }));
  await api.trpc(new Request(`${HOST}/api/trpc/v1.plantIdentification.health`));
  await api.trpc(new Request(`${HOST}/api/trpc/legacy.plantIdentification.health`));
  const paths = ['/api/plant-identification/identifications/{id}', '/api/trpc/legacy.plantIdentification.health'];
  expect(await rowsOf(2)).toEqual([
    { path: paths[0], userAgent: 'okhttp/4.12.0', userId: undefined },
    { path: paths[1], userAgent: undefined, userId: undefined },
  ]);
  expect(routes).toEqual(paths);
});

it.each([
  ['a session', { Cookie: 'session=anna' }],
  ['an access token', { Authorization: 'Bearer anna' }],
  ['an API key', { Authorization: 'Bearer plk_read' }],
])('a caller with %s is counted by user, for public paths too', async (_what, credentials) => {
  const { api, rowsOf } = countingApi();
  const headers = { ...PHONE, ...credentials };
  await api.rest(new Request(`${HOST}/api/plant-identification/identifications`, { headers }));
  await api.rest(new Request(HOST + HEALTH, { headers }));
  expect((await rowsOf(2)).map(({ userId }) => userId)).toEqual(['anna', 'anna']);
});

it('a caller with credentials that are not valid is counted by product', async () => {
  const { api, rowsOf } = countingApi();
  await api.rest(new Request(HOST + HEALTH, { headers: { ...PHONE, Authorization: 'Bearer nothing' } }));
  expect(await rowsOf(1)).toEqual([{ path: HEALTH, userAgent: 'okhttp/4.12.0', userId: undefined }]);
});

it('a session is no claim in a request that a page of another site sent', async () => {
  const { api, rowsOf } = countingApi();
  const headers = { ...PHONE, Cookie: 'session=anna', Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  const answer = await api.rest(new Request(`${HOST}/api/auth/me`, { method: 'POST', headers }));
  expect(answer.status).toBe(403);
  expect((await rowsOf(1)).map(({ userId }) => userId)).toEqual([undefined]);
});

it('no answer waits for the database to name the caller, and the count takes the user of the token when it is away', async () => {
  const away = Promise.withResolvers<never>();
  const { api, rowsOf } = countingApi({ auth: { callerOf: () => away.promise } });
  const answer = await api.rest(new Request(HOST + HEALTH, { headers: { Authorization: 'Bearer anna' } }));
  expect(answer.status).toBe(200);
  away.reject(new Error('The database is unavailable.'));
  expect((await rowsOf(1)).map(({ userId }) => userId)).toEqual(['anna']);
});

it('requests with a wrong method, OPTIONS and refused bodies are counted as calls of their path', async () => {
  const { api, routes } = countingApi();
  const url = `${HOST}/api/auth/token`;
  const statuses = [
    (await api.rest(new Request(url))).status,
    (await api.rest(new Request(url, { method: 'OPTIONS' }))).status,
    (await postJson(api, '/api/auth/token/', { email: 'anna@example.org', colour: 'red' })).status,
    (await api.trpc(new Request(`${HOST}/api/trpc/legacy.auth.token`))).status,
  ];
  expect(statuses).toEqual([405, 204, 400, 405]);
  expect(routes).toEqual(['/api/auth/token', '/api/auth/token', '/api/auth/token', '/api/trpc/legacy.auth.token']);
});
