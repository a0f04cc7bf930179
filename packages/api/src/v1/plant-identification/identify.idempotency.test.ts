import { IdentificationError, type IdentifyRequest } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { billed, monstera } from '../../testing/fake-service.ts';
import { transports } from '../../testing/transports.ts';

const UUID = '8e03978e-40d5-43dd-bc93-6894a57f9324';
const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } });
const replay = { identification: monstera, billable: false, replayed: true } as const;

/** Answers each request by the next function; then all are replays. */
function answering(...answers: (() => ReturnType<typeof billed>)[]) {
  return { service: { identify: async () => answers.shift()?.() ?? replay } };
}

const refusing = (code: 'idempotency_running' | 'idempotency_mismatch') => () => {
  throw new IdentificationError(code, 'For the log.');
};

describe.each(transports)('Idempotency-Key over %s', (_name, identify) => {
  it('names the request, with and without quotes, in both namespaces', async () => {
    const { api, asked } = apiUnderTest();
    for (const namespace of ['v1', 'legacy'] as const) {
      for (const key of [UUID, `"${UUID}"`]) await identify(api, { namespace, ...withKey(key) });
    }
    expect(asked.map(({ idempotencyKey }: IdentifyRequest) => idempotencyKey)).toEqual([UUID, UUID, UUID, UUID]);
  });

  it('is absent from a request without the header', async () => {
    const { api, asked } = apiUnderTest();
    await identify(api, {});
    expect(asked[0]).not.toHaveProperty('idempotencyKey');
  });

  it.each(['', 'a'.repeat(256), 'two words', `${UUID}, ${UUID}`, `"${UUID}`, 'caf\u00E9'])(
    'refuses %j and names the header',
    async (key) => {
      const { api, asked } = apiUnderTest();
      const { body, status } = await identify(api, withKey(key));
      expect({ status, body }).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ pointer: '#/Idempotency-Key' }] },
      });
      expect(asked).toEqual([]);
    },
  );

  it('returns the kept answer with Idempotent-Replayed, which does not count against the rate limit', async () => {
    const { api } = apiUnderTest(answering(() => billed(monstera)));
    const [first, second] = [await identify(api, withKey(UUID)), await identify(api, withKey(UUID))];
    const shown = ({ headers, status }: typeof first) => ({
      status,
      replayed: headers.get('idempotent-replayed'),
      remaining: headers.get('x-ratelimit-remaining'),
    });
    expect(shown(first)).toEqual({ status: 200, replayed: null, remaining: '9' });
    expect(shown(second)).toEqual({ status: 200, replayed: 'true', remaining: '9' });
    expect(second.body).toEqual(first.body);
  });

  it('of a running request is refused with 409 and Retry-After, and does not count', async () => {
    const { api } = apiUnderTest(answering(refusing('idempotency_running')));
    const { code, headers, status } = await identify(api, withKey(UUID));
    expect({
      status,
      code,
      retryAfter: headers.get('retry-after'),
      remaining: headers.get('x-ratelimit-remaining'),
    }).toEqual({ status: 409, code: 'idempotency_running', retryAfter: '2', remaining: '10' });
  });

  it('of another request is refused with 422, and counts', async () => {
    const { api } = apiUnderTest(answering(refusing('idempotency_mismatch')));
    const { code, headers, status } = await identify(api, withKey(UUID));
    expect({ status, code, remaining: headers.get('x-ratelimit-remaining') }).toEqual({
      status: 422,
      code: 'idempotency_mismatch',
      remaining: '9',
    });
  });
});

describe('Idempotency-Key over legacy REST', () => {
  it('is refused in the old bodies, with the header named', async () => {
    const [, identify] = transports[0];
    const { api } = apiUnderTest(answering(refusing('idempotency_running')));
    const legacy = { namespace: 'legacy' } as const;
    expect((await identify(api, { ...legacy, ...withKey(UUID) })).body).toEqual({
      success: false,
      error: 'A request with this Idempotency-Key is running. Repeat it to get its answer.',
    });
    expect((await identify(api, { ...legacy, ...withKey('two words') })).detail).toContain('Idempotency-Key: must be');
  });
});
