import { describe, expect, it } from 'vitest';
import { ApiError } from './errors/api-error.ts';
import { anna, apiUnderTest } from './testing/api-under-test.ts';

describe('a server component', () => {
  it('calls v1 as a known user', async () => {
    const { api } = apiUnderTest({ config: { mode: 'production' } });
    expect(await api.caller(anna).plantIdentification.history()).toEqual({ items: [] });
  });

  it('gets the same errors as other callers', async () => {
    const { api } = apiUnderTest({ config: { mode: 'production' } });
    const refused = await api
      .caller(undefined)
      .plantIdentification.history()
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ cause: { code: 'authentication_required', status: 401 } });
    expect(refused instanceof Error && refused.cause).toBeInstanceOf(ApiError);
  });
});

describe('the guard for pages', () => {
  it('admits requests to our host', () => {
    const { api } = apiUnderTest();
    expect(api.guard(new Request('http://localhost:3000/identify'))).toBeUndefined();
  });

  it('answers a problem to other hosts', async () => {
    const { api } = apiUnderTest();
    const answer = api.guard(new Request('http://evil.example/identify'));
    expect(answer?.status).toBe(400);
    expect(await answer?.json()).toMatchObject({ code: 'unknown_host' });
  });

  it('refuses state changes from foreign pages', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Next-Action': '00' };
    const answer = apiUnderTest().api.guard(new Request('http://localhost:3000/', { method: 'POST', headers }));
    expect(answer?.status).toBe(403);
    expect(await answer?.json()).toMatchObject({ code: 'foreign_origin' });
  });
});
