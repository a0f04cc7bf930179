import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { apiUnderTest } from '../../testing/api-under-test.ts';

const TRPC = 'http://localhost:3000/api/trpc/v1.admin.';
const order = { provider: 'plant_id', reason: 'Their status page says outage.' };

const answered = z.object({ error: z.object({ data: z.object({ code: z.string() }) }).optional() });

const procedures = [
  { path: 'overview.get', type: 'query' },
  { path: 'alerts.list', type: 'query' },
  { path: 'audit.list', type: 'query' },
  { path: 'alerts.acknowledge', type: 'mutation' },
  { path: 'circuits.isolate', type: 'mutation' },
  { path: 'circuits.release', type: 'mutation' },
  { path: 'circuits.reset', type: 'mutation' },
] as const;

function requestFor({ path, type }: (typeof procedures)[number], headers: Record<string, string>): Request {
  if (type === 'query') return new Request(TRPC + path, { headers });
  const body = JSON.stringify(path === 'alerts.acknowledge' ? { id: 'alert' } : order);
  return new Request(TRPC + path, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

const own = { 'Sec-Fetch-Site': 'same-origin' };
const callers = [
  { caller: 'anonymous', headers: own, status: 404 },
  { caller: 'a user', headers: { ...own, Cookie: 'session=anna' }, status: 404 },
  { caller: 'a bad token', headers: { ...own, Authorization: 'Bearer no', Cookie: 'session=ada' }, status: 404 },
  { caller: 'an administrator', headers: { ...own, Cookie: 'session=ada' }, status: 200 },
];

const cases = procedures.flatMap((procedure) =>
  (['development', 'production'] as const).flatMap((mode) => callers.map((row) => ({ ...row, mode, procedure }))),
);

describe('procedures for administrators', () => {
  it.each(cases)('$procedure.path, $mode, $caller: $status', async ({ headers, mode, procedure, status }) => {
    const note = vi.fn<() => Promise<void>>();
    const { api } = apiUnderTest({
      config: { mode },
      operations: { isolateProvider: note, releaseProvider: note, resetProvider: note, acknowledgeAlert: note },
    });
    const answer = await api.trpc(requestFor(procedure, headers));
    expect(answer.status).toBe(status);
    const { error } = answered.parse(await answer.json());
    expect(error?.data.code).toBe(status === 404 ? 'not_found' : undefined);
    expect(note).toHaveBeenCalledTimes(status === 200 && procedure.type === 'mutation' ? 1 : 0);
  });

  it.each(procedures.filter(({ type }) => type === 'mutation'))(
    '$path is refused to a page of another site for every user',
    async (procedure) => {
      const { api } = apiUnderTest();
      const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example', Cookie: 'session=ada' };
      const answer = await api.trpc(requestFor(procedure, headers));
      expect(answer.status).toBe(403);
    },
  );

  it('do not exist over REST or in legacy', async () => {
    const { api } = apiUnderTest();
    const headers = { ...own, Cookie: 'session=ada' };
    const rest = await api.rest(new Request('http://localhost:3000/api/v1/admin/overview/get', { headers }));
    const old = await api.trpc(new Request('http://localhost:3000/api/trpc/legacy.admin.overview.get', { headers }));
    expect({ v1: rest.status, legacy: old.status }).toEqual({ v1: 404, legacy: 404 });
  });
});
