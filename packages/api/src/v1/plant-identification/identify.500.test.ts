import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { transports } from '../../testing/transports.ts';

const SECRET = 'cannot reach postgres at db.internal as plants';

describe.each(transports)('identify answers 500 over %s', (_name, identify) => {
  it.each(['v1', 'legacy'] as const)('in %s with a request id and without the cause', async (namespace) => {
    const { api, log } = apiUnderTest({
      service: {
        identify: async () => {
          throw new Error(SECRET);
        },
      },
    });
    const { body, detail, headers, status } = await identify(api, { namespace });
    expect({ status, detail }).toEqual({ status: 500, detail: 'Internal error' });
    const requestId = headers.get('x-request-id') ?? '';
    expect(JSON.stringify(body)).not.toMatch(/postgres|stack|at /);
    expect([undefined, requestId]).toContain(body['requestId']);
    expect(log.filter((line) => line.includes(requestId) && line.includes('A call failed'))).toHaveLength(1);
  });

  it('and not 400 when our own data has the wrong shape', async () => {
    const { api } = apiUnderTest({
      service: {
        identify: async () => {
          z.object({ column: z.string() }).parse({ column: 7 });
          throw new Error('unreachable');
        },
      },
    });
    const { body, status } = await identify(api, {});
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('column');
  });
});
