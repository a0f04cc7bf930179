import type { IdentifyRequest } from '@plantcommunity/identification';
import { parseList } from 'structured-headers';
import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { billed, monstera } from '../../testing/fake-service.ts';
import { transports } from '../../testing/transports.ts';

/** Berta's tier is free, Anna's is not. */
const berta = { Cookie: 'session=berta' };
const anna = { Cookie: 'session=anna' };
const from = (address: string) => ({ ...berta, 'X-Forwarded-For': address });

/** A service that reserves two credits and then spends `spent` of them. */
function spending({ dailyCredits = { account: 4, address: 100 }, spent = 2 } = {}) {
  const identify = async ({ spending: caller }: IdentifyRequest) => {
    const decision = await caller?.reserve?.(2);
    if (decision?.allowed === false) throw decision.error;
    decision?.settle(spent);
    return billed(monstera);
  };
  return apiUnderTest({ config: { dailyCredits }, service: { identify } });
}

describe.each(transports)('daily credits over %s', (_name, identify) => {
  it('are listed after the hourly limit while they last', async () => {
    const { api } = spending();
    const { headers, status } = await identify(api, { headers: from('203.0.113.7') });
    expect(status).toBe(200);
    expect(headers.get('ratelimit-policy')).toBe(
      '"identify-free";q=100;w=3600, "credits-free";q=4;w=86400, "credits-address";q=100;w=86400',
    );
    expect(headers.get('ratelimit')).toBe(
      '"identify-free";r=99;t=3600, "credits-free";r=2;t=86400, "credits-address";r=98;t=86400',
    );
    expect(headers.get('x-ratelimit-limit')).toBe('100');
    expect(parseList(headers.get('ratelimit') ?? '')).toHaveLength(3);
  });

  it('that run out answer 429 with the exceeded share and its reset first', async () => {
    const { api, clock } = spending();
    clock.advance(1_800_000);
    for (const status of [200, 200]) expect((await identify(api, { headers: berta })).status).toBe(status);
    const refused = await identify(api, { headers: berta });
    expect(refused).toMatchObject({
      status: 429,
      code: 'rate_limited',
      detail: 'Request was throttled. Expected available in 84600 seconds.',
    });
    expect(refused.headers.get('retry-after')).toBe('84600');
    expect(refused.headers.get('ratelimit')).toBe(
      '"credits-free";r=0;t=84600, "identify-free";r=97;t=3600, "credits-address";r=96;t=84600',
    );
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    clock.advance(84_599_000);
    expect((await identify(api, { headers: berta })).headers.get('retry-after')).toBe('1');
    clock.advance(1_000);
    expect((await identify(api, { headers: berta })).status).toBe(200);
  });

  it('of an address are shared by all its accounts', async () => {
    const { api } = spending({ dailyCredits: { account: 100, address: 2 } });
    await identify(api, { headers: from('203.0.113.7') });
    const refused = await identify(api, { headers: from('203.0.113.7') });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit')).toMatch(/^"credits-address";r=0;t=\d+, "identify-free"/);
    expect((await identify(api, { headers: from('203.0.113.8') })).status).toBe(200);
  });

  it('are refunded when no call was sent', async () => {
    const { api } = spending({ spent: 0 });
    for (let call = 1; call <= 6; call += 1) {
      const { headers, status } = await identify(api, { headers: berta });
      expect({ status, ratelimit: headers.get('ratelimit') }).toEqual({
        status: 200,
        ratelimit: expect.stringContaining('"credits-free";r=4;') as string,
      });
    }
  });

  it('do not limit a paid tier or cached answers, and 0 turns a share off', async () => {
    const { api } = spending();
    for (let call = 1; call <= 3; call += 1) {
      const { headers, status } = await identify(api, { headers: anna });
      expect({ status, policy: headers.get('ratelimit-policy') }).toEqual({
        status: 200,
        policy: '"identify-pro";q=200;w=3600',
      });
    }
    const kept = apiUnderTest({ config: { dailyCredits: { account: 1, address: 1 } } });
    expect((await identify(kept.api, { headers: berta })).status).toBe(200);
    const none = spending({ dailyCredits: { account: 0, address: 0 } });
    expect((await identify(none.api, { headers: berta })).headers.get('ratelimit')).toBe('"identify-free";r=99;t=3600');
  });
});
