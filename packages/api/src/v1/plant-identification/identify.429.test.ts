import { arriving, CONTENT_TYPE, file, makeUpload } from '@plantcommunity/http/testing';
import { describe, expect, it } from 'vitest';
import type { IdentifyLimit } from '../../rate-limit/identify-limit.ts';
import { apiUnderTest, config } from '../../testing/api-under-test.ts';
import { transports } from '../../testing/transports.ts';

const TWO_AN_HOUR = { count: 2, windowMs: 3_600_000 };

describe.each(transports)('identify answers 429 over %s', (_name, identify) => {
  function limited() {
    return apiUnderTest({ config: { rates: { ...config.rates, anonymous: TWO_AN_HOUR } } });
  }

  it('to the first call over the limit, with the kept text and Retry-After', async () => {
    const { api, asked, clock } = limited();
    await identify(api, {});
    clock.advance(600_000);
    await identify(api, {});
    const answer = await identify(api, {});
    expect(answer).toMatchObject({
      status: 429,
      code: 'rate_limited',
      detail: 'Request was throttled. Expected available in 3000 seconds.',
    });
    expect(asked).toHaveLength(2);
    expect(answer.headers.get('retry-after')).toBe('3000');
    expect(answer.headers.get('ratelimit-policy')).toBe('"identify-anonymous";q=2;w=3600');
    expect(answer.headers.get('ratelimit')).toBe('"identify-anonymous";r=0;t=3000');
    expect(answer.headers.get('x-ratelimit-limit')).toBe('2');
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(answer.headers.get('x-ratelimit-reset')).toBe(String(Date.UTC(2026, 2, 1, 13) / 1000));
  });

  it('also for an invalid body', async () => {
    const { api } = limited();
    await identify(api, {});
    await identify(api, {});
    const answer = await identify(api, {
      body: 'no upload at all',
      headers: { 'Content-Type': 'multipart/form-data' },
    });
    expect(answer.status).toBe(429);
  });

  it('after reading only the beginning of a photo while the limit was checked', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const refuse: IdentifyLimit['consume'] = async ({ policy, rate }) => {
      await promise;
      return { allowed: false, policy, rate, remaining: 0, resetAt: 0, refund: async () => true };
    };
    const { api, asked } = apiUnderTest({ limit: { consume: refuse } });
    const { body, seen } = arriving(makeUpload(file(Buffer.alloc(5_000_000))));
    const answer = identify(api, { body, headers: { 'Content-Type': CONTENT_TYPE } });
    await expect.poll(() => seen.read).toBe(4 * 65_536);
    resolve();
    expect((await answer).status).toBe(429);
    expect(asked).toEqual([]);
  });

  it('to anonymous callers together, and to each user by tier', async () => {
    const { api } = limited();
    for (const namespace of ['v1', 'legacy', 'v1'] as const) await identify(api, { namespace });
    const { headers, status } = await identify(api, { headers: { Cookie: 'session=anna' } });
    expect(status).toBe(200);
    expect(headers.get('ratelimit-policy')).toBe('"identify-pro";q=200;w=3600');
  });
});
