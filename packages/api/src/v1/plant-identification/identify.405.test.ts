import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';

const HOST = 'http://localhost:3000';

describe('identify answers 405', () => {
  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD'])('over REST to %s, with Allow', async (method) => {
    const { api } = apiUnderTest();
    const headers = { 'Sec-Fetch-Site': 'same-origin' };
    const answer = await api.rest(new Request(`${HOST}/api/v1/plant-identification/identify`, { method, headers }));
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST, OPTIONS');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const body = await answer.text();
    expect(body.includes('"code":"method_not_allowed"')).toBe(method !== 'HEAD');
  });

  it('over tRPC to GET', async () => {
    const { api } = apiUnderTest();
    const answer = await api.trpc(new Request(`${HOST}/api/trpc/v1.plantIdentification.identify`));
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(await answer.json()).toMatchObject({ error: { data: { code: 'method_not_allowed' } } });
  });

  it('in legacy with the old body', async () => {
    const { api } = apiUnderTest();
    const answer = await api.rest(new Request(`${HOST}/api/plant-identification/identify/`));
    expect(answer.status).toBe(405);
    expect(await answer.json()).toEqual({ detail: 'Method "GET" not allowed.' });
  });
});
