import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { transports } from '../../testing/transports.ts';

const KEPT = 'Authentication required for plant identification. Please log in or create an account to identify plants.';

describe.each(transports)('identify answers 401 over %s', (_name, identify) => {
  it('authentication_required to anonymous callers in production, with the kept text', async () => {
    const { api, asked } = apiUnderTest({ config: { mode: 'production' } });
    const answer = await identify(api, {});
    expect(answer).toMatchObject({ status: 401, code: 'authentication_required', detail: KEPT });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.has('ratelimit')).toBe(false);
    expect(asked).toEqual([]);
  });

  it('invalid_token to an invalid token, in development too and despite cookies', async () => {
    const { api, asked } = apiUnderTest();
    const headers = { Authorization: 'Bearer abc', Cookie: 'session=anna' };
    const answer = await identify(api, { headers });
    expect(answer).toMatchObject({ status: 401, code: 'invalid_token' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(asked).toEqual([]);
  });

  it('to a cookie without headers of our own page', async () => {
    const { api } = apiUnderTest({ config: { mode: 'production' } });
    const cookie = { Cookie: 'session=anna' };
    expect((await identify(api, { headers: cookie })).status).toBe(200);
    expect((await identify(api, { headers: cookie, notOurPage: true })).status).toBe(401);
  });
});
