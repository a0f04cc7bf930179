import { generateApiKey } from '@plantcommunity/auth/testing';
import { describe, expect, it } from 'vitest';
import { anna, apiUnderTest } from '../testing/api-under-test.ts';
import { transports } from '../testing/transports.ts';

const HOST = 'http://localhost:3000';
const HISTORY = 'plant-identification/identifications';
const HOUR_MS = 3_600_000;

/** An API that knows one key, and counts the look-ups of keys. */
function apiWithKey() {
  const known = generateApiKey();
  const lookUps: string[] = [];
  const under = apiUnderTest({
    auth: {
      callerOf: async (headers) => {
        const key = headers.get('authorization')?.slice('Bearer '.length) ?? '';
        lookUps.push(key);
        return key === known ? { ...anna, apiKey: { id: 'key-1', scopes: ['identify', 'read'] } } : undefined;
      },
    },
  });
  const list = (key: string, base = '/api/v1') =>
    under.api.rest(new Request(`${HOST}${base}/${HISTORY}`, { headers: { Authorization: `Bearer ${key}` } }));
  return { ...under, known, lookUps, list };
}

async function statusesOf(count: number, send: (n: number) => Promise<{ status: number }>): Promise<number[]> {
  const statuses = [];
  for (let n = 0; n < count; n += 1) statuses.push((await send(n)).status);
  return statuses;
}

const times = (count: number, status: number) => Array.from({ length: count }, () => status);

describe('an unknown API key', () => {
  it('is looked up 30 times an hour, then gets 429 without a look-up', async () => {
    const { clock, list, lookUps } = apiWithKey();
    const bad = generateApiKey();
    expect(await statusesOf(30, () => list(bad))).toEqual(times(30, 401));
    const refused = await list(bad);
    expect({ status: refused.status, retryAfter: refused.headers.get('retry-after') }).toEqual({
      status: 429,
      retryAfter: '3600',
    });
    expect(await refused.json()).toMatchObject({ code: 'rate_limited' });
    expect(lookUps).toHaveLength(30);
    clock.advance(HOUR_MS);
    expect((await list(bad)).status).toBe(401);
  });

  it('counts against its address, from which valid keys stay allowed', async () => {
    const { known, list } = apiWithKey();
    expect(await statusesOf(300, () => list(generateApiKey()))).toEqual(times(300, 401));
    expect((await list(generateApiKey())).status).toBe(429);
    expect((await list(known)).status).toBe(200);
  });

  it.each(transports)('gets 429 with the headers that all 429 of identify have, over %s', async (_name, identify) => {
    const { api, list } = apiWithKey();
    const headers = { Authorization: `Bearer ${generateApiKey()}` };
    await statusesOf(30, () => list(headers.Authorization.slice('Bearer '.length)));
    const refused = await identify(api, { headers, notOurPage: true });
    expect({ status: refused.status, code: refused.code }).toEqual({ status: 429, code: 'rate_limited' });
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': '3600',
      'ratelimit-policy': '"bad-token";q=30;w=3600',
      ratelimit: '"bad-token";r=0;t=3600',
      'x-ratelimit-limit': '30',
      'x-ratelimit-remaining': '0',
    });
  });

  it('counts once in a batch of tRPC', async () => {
    const { api, lookUps } = apiWithKey();
    const headers = { Authorization: `Bearer ${generateApiKey()}` };
    const path = times(20, 0).map(() => 'v1.plantIdentification.history');
    const send = () => api.trpc(new Request(`${HOST}/api/trpc/${path.join(',')}?batch=1&input={}`, { headers }));
    expect(await statusesOf(31, send)).toEqual([...times(30, 401), 429]);
    expect(lookUps).toHaveLength(30);
  });

  it('is looked up once for a legacy call, which also counts the use by user', async () => {
    const { list, lookUps } = apiWithKey();
    const bad = generateApiKey();
    expect(await statusesOf(31, () => list(bad, '/api'))).toEqual([...times(30, 401), 429]);
    expect(lookUps).toHaveLength(30);
  });

  it('with a wrong checksum gets 401 however often it is sent, because no look-up is needed', async () => {
    const { list } = apiWithKey();
    const last = generateApiKey().replace(/.$/, (letter) => (letter === '0' ? '1' : '0'));
    expect(await statusesOf(40, () => list(last))).toEqual(times(40, 401));
  });
});

it('a valid API key is never limited as a bad one', async () => {
  const { known, list } = apiWithKey();
  expect(await statusesOf(50, () => list(known))).toEqual(times(50, 200));
});
