import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { transports } from '../../testing/transports.ts';

describe.each(transports)('identify answers 403 over %s', (_name, identify) => {
  it.each([
    ['a page of another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['a page of a sibling', { 'Sec-Fetch-Site': 'same-site', Origin: 'http://other.localhost:3000' }],
    ['a page without an origin', { 'Sec-Fetch-Site': 'cross-site', Origin: 'null' }],
  ])('foreign_origin to %s', async (_who, headers) => {
    const { api, asked } = apiUnderTest();
    const answer = await identify(api, { headers: { ...headers, Cookie: 'session=anna' } });
    expect(answer).toMatchObject({ status: 403, code: 'foreign_origin' });
    expect(asked).toEqual([]);
  });

  it('but not to a trusted page', async () => {
    const { api } = apiUnderTest();
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://partner.example' };
    expect((await identify(api, { headers })).status).toBe(200);
  });
});
