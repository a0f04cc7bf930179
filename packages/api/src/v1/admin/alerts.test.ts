import { type Operations, OperationsError, type OperationsErrorCode } from '@plantcommunity/operations';
import { describe, expect, it, vi } from 'vitest';
import { ada, apiUnderTest } from '../../testing/api-under-test.ts';

const ID = '01JD8Z4Q0M3T5R7V9X1B2C4D6G';
const REQUEST_ID = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';

function acknowledge(api: ReturnType<typeof apiUnderTest>['api'], input: object): Promise<Response> {
  return api.trpc(
    new Request('http://localhost:3000/api/trpc/v1.admin.alerts.acknowledge', {
      method: 'POST',
      body: JSON.stringify(input),
      headers: {
        'Content-Type': 'application/json',
        'Sec-Fetch-Site': 'same-origin',
        'X-Request-Id': REQUEST_ID,
        Cookie: 'session=ada',
      },
    }),
  );
}

describe('an alert', () => {
  it('is listed with value, limit, who acknowledged it, and its anchor in the runbook', async () => {
    const { api } = apiUnderTest();
    expect(await api.caller(ada).admin.alerts.list()).toMatchObject({
      items: [
        {
          id: ID,
          rule: 'circuit_open',
          subject: 'plant_id',
          severity: 'warning',
          state: 'acknowledged',
          value: 360_000,
          limit: 300_000,
          unit: 'ms',
          acknowledged: { by: 'ada@example.org', at: '2026-03-01T11:59:30.000Z' },
          runbook: 'circuitopen',
        },
      ],
      webhook: { last_status: 200, waiting: 0 },
    });
  });

  it('is acknowledged in the name of the caller, who gets the overview', async () => {
    const acknowledgeAlert = vi.fn<Operations['acknowledgeAlert']>();
    const { api } = apiUnderTest({ operations: { acknowledgeAlert } });
    const answer = await acknowledge(api, { id: ID });
    expect(await answer.json()).toMatchObject({ result: { data: { alerts: { items: [{ id: ID }] } } } });
    expect(acknowledgeAlert.mock.calls).toEqual([[{ userId: ada.userId, requestId: REQUEST_ID }, ID]]);
  });

  it.each<[OperationsErrorCode, number, object]>([
    ['unknown_alert', 404, { code: 'not_found' }],
    ['alert_resolved', 400, { errors: [{ pointer: '#/id', detail: 'This alert is resolved.' }] }],
  ])('that operations refuse to acknowledge as %s answers %i', async (code, status, data) => {
    const acknowledgeAlert = () => Promise.reject(new OperationsError(code));
    const { api } = apiUnderTest({ operations: { acknowledgeAlert } });
    const answer = await acknowledge(api, { id: ID });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { data } });
  });

  it.each([{}, { id: '' }, { id: 'x'.repeat(41) }, { id: ID, note: 'seen' }])(
    'is not acknowledged by %j',
    async (input) => {
      const { api } = apiUnderTest();
      expect((await acknowledge(api, input)).status).toBe(400);
    },
  );
});
