import { type Operations, OperationsError, type OperationsErrorCode } from '@plantcommunity/operations';
import { describe, expect, it, vi } from 'vitest';
import { ada, apiUnderTest } from '../../testing/api-under-test.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const REQUEST_ID = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';
const order = { provider: 'plant_id', reason: 'Their status page says outage.' };

function send(api: ReturnType<typeof apiUnderTest>['api'], name: string, input: object, headers = {}) {
  return api.trpc(
    new Request(`http://localhost:3000/api/trpc/v1.admin.circuits.${name}`, {
      method: 'POST',
      body: JSON.stringify(input),
      headers: {
        'Content-Type': 'application/json',
        'Sec-Fetch-Site': 'same-origin',
        'X-Request-Id': REQUEST_ID,
        Cookie: 'session=ada',
        ...headers,
      },
    }),
  );
}

describe('an override', () => {
  it.each([
    [{}, undefined],
    [{ minutes: 15 }, new Date(NOON + 900_000)],
    [{ until: '2026-03-01T13:30:00.000Z' }, new Date('2026-03-01T13:30:00Z')],
  ])('isolates with %j', async (end, until) => {
    const isolateProvider = vi.fn<Operations['isolateProvider']>();
    const { api } = apiUnderTest({ operations: { isolateProvider } });
    const answer = await send(api, 'isolate', { ...order, ...end });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ result: { data: { circuits: { plant_id: { fail_max: 3 } } } } });
    const operator = { userId: ada.userId, requestId: REQUEST_ID };
    expect(isolateProvider.mock.calls).toEqual([[operator, { ...order, ...(until && { until }) }]]);
  });

  it('records the client address that our proxy reported', async () => {
    const releaseProvider = vi.fn<Operations['releaseProvider']>();
    const { api } = apiUnderTest({ config: { proxyHops: 1 }, operations: { releaseProvider } });
    await send(api, 'release', order, { 'X-Forwarded-For': '198.51.100.1, 203.0.113.7, 10.0.0.1' });
    expect(releaseProvider.mock.calls[0]?.[0]).toMatchObject({ address: '203.0.113.7' });
  });

  it.each([
    [{ ...order, provider: 'redis' }, '#/provider'],
    [{ provider: 'plant_id' }, '#/reason'],
    [{ ...order, minutes: 0 }, '#/minutes'],
    [{ ...order, minutes: 43_201 }, '#/minutes'],
    [{ ...order, until: 'tomorrow' }, '#/until'],
    [{ ...order, minutes: 5, until: '2026-03-01T13:30:00.000Z' }, '#/minutes'],
    [{ ...order, force: true }, '#/force'],
  ])('%j is refused at %s', async (input, pointer) => {
    const isolateProvider = vi.fn<Operations['isolateProvider']>();
    const { api } = apiUnderTest({ operations: { isolateProvider } });
    const answer = await send(api, 'isolate', input);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { data: { code: 'invalid_request', errors: [{ pointer }] } },
    });
    expect(isolateProvider).not.toHaveBeenCalled();
  });

  it.each<[OperationsErrorCode, string, string]>([
    ['invalid_reason', '#/reason', 'A reason has 10 to 500 characters; this one has 9.'],
    ['invalid_end', '#/until', 'The end is in the past.'],
    ['provider_off', '#/provider', 'This provider is off: it has no key.'],
    ['not_isolated', '#/provider', 'This provider is not isolated.'],
  ])('that operations refuse as %s points at %s', async (code, pointer, detail) => {
    const resetProvider = () => Promise.reject(new OperationsError(code, { length: 9 }));
    const { api } = apiUnderTest({ operations: { resetProvider } });
    const answer = await send(api, 'reset', order);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { message: detail, data: { errors: [{ detail, pointer }] } },
    });
  });
});
