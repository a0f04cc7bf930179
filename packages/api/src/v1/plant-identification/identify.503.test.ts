import { IdentificationError, type IdentificationErrorCode, type ProviderName } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { transports, upload } from '../../testing/transports.ts';

const BOTH = 'Plant identification is temporarily unavailable. Please try again in a few moments.';
const ONE = 'Plant.id service is temporarily unavailable. Please try again in a few moments.';

function unavailable(code: IdentificationErrorCode, options: { provider?: ProviderName; retryAfterMs?: number } = {}) {
  return apiUnderTest({
    service: {
      identify: async () => {
        throw new IdentificationError(code, '32 photos are waiting for the decoder', options);
      },
    },
  });
}

describe.each(transports)('identify answers 503 over %s', (_name, identify) => {
  it.each([
    ['providers_resting', 'plant_id', ONE],
    ['quota_exhausted', 'plantnet', 'Pl@ntNet service is temporarily unavailable. Please try again in a few moments.'],
    ['busy', 'plant_id', ONE],
    ['providers_resting', undefined, BOTH],
  ] as const)('%s with the kept text if %s alone is on', async (code, provider, text) => {
    const { api } = unavailable(code, { ...(provider && { provider }), retryAfterMs: 59_001 });
    const answer = await identify(api, {});
    expect(answer).toMatchObject({ status: 503, code, detail: text });
    expect(answer.headers.get('retry-after')).toBe('60');
  });

  it('with the time until the quota resets, up to a whole month', async () => {
    const { api } = unavailable('quota_exhausted', { retryAfterMs: 31 * 86_400_000 - 999 });
    expect((await identify(api, {})).headers.get('retry-after')).toBe(String(31 * 86_400));
  });

  it('with Retry-After 5 when the time is unknown', async () => {
    const { api } = unavailable('providers_resting');
    expect((await identify(api, {})).headers.get('retry-after')).toBe('5');
  });

  it('with no other text than a kept one', async () => {
    const { api } = unavailable('busy');
    expect((await identify(api, {})).detail).toBe(BOTH);
  });

  it('and refunds the call', async () => {
    const { api } = unavailable('providers_resting');
    for (let call = 1; call <= 12; call += 1) {
      const { headers, status } = await identify(api, {});
      expect(status).toBe(503);
      expect(headers.get('x-ratelimit-remaining')).toBe('10');
    }
  });

  it('and counts the call of a caller over its share of this process', async () => {
    const { api } = apiUnderTest({
      service: {
        identify: async () => {
          throw new IdentificationError('busy', BOTH, { retryAfterMs: 5_000, overShare: true });
        },
      },
    });
    for (const remaining of ['9', '8', '7']) {
      const { headers, status } = await identify(api, {});
      expect({ status, remaining: headers.get('x-ratelimit-remaining') }).toEqual({ status: 503, remaining });
    }
  });

  it('and refunds at most twice the rate an hour', async () => {
    const { api, clock } = unavailable('providers_resting');
    const statuses: number[] = [];
    for (let call = 1; call <= 40; call += 1) statuses.push((await identify(api, {})).status);
    expect(statuses.filter((status) => status === 503)).toHaveLength(30);
    expect(statuses.at(-1)).toBe(429);
    clock.advance(3_600_000);
    expect((await identify(api, {})).headers.get('x-ratelimit-remaining')).toBe('10');
  });

  it('and counts the call if a provider was called', async () => {
    const { api } = apiUnderTest({
      service: {
        identify: async ({ spending }) => {
          spending?.onSent('plantnet');
          throw new IdentificationError('providers_resting', BOTH);
        },
      },
    });
    const answers = [];
    for (let call = 1; call <= 70; call += 1) answers.push(await identify(api, {}));
    const remaining = answers.map(({ headers }) => Number(headers.get('x-ratelimit-remaining')));
    expect(remaining.slice(0, 11)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]);
    expect(answers.filter(({ status }) => status === 503)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(60);
  });

  it('busy when the memory for uploads is full for 2 seconds, before more is read', async () => {
    const { api, asked, clock } = apiUnderTest({ config: { uploadMemoryBytes: 100_000 } });
    const answer = identify(api, { body: upload({}, [Buffer.alloc(200_000)]) });
    // One timer watches the upload's pace, the other one the wait for memory.
    while (clock.pendingTimers < 2) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(2_000);
    const { code, detail, headers, status } = await answer;
    expect({ status, code, detail }).toEqual({ status: 503, code: 'busy', detail: BOTH });
    expect(headers.get('retry-after')).toBe('5');
    // The caller filled its own share, so the call counts.
    expect(headers.get('x-ratelimit-remaining')).toBe('9');
    expect(asked).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    expect((await identify(api, {})).status).toBe(200);
  });
});
