import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { billed, monstera } from '../../testing/fake-service.ts';
import { transports } from '../../testing/transports.ts';

describe.each(transports)('a caller who leaves over %s', (_name, identify) => {
  it('aborts the signal of the service', async () => {
    const leaving = new AbortController();
    const { api, asked } = apiUnderTest({
      service: {
        identify: async ({ signal }) => {
          leaving.abort();
          signal.throwIfAborted();
          return billed(monstera);
        },
      },
    });
    await identify(api, { signal: leaving.signal });
    expect(asked[0]?.signal.aborted).toBe(true);
  });
});
