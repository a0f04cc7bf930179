import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { transports } from '../../testing/transports.ts';

const TO_THE_SUNSET = Date.UTC(2027, 6, 1) - Date.UTC(2026, 2, 1, 12);

describe.each(transports)('identify answers 410 over %s', (_name, identify) => {
  it('in legacy from its sunset on, naming the successor', async () => {
    const { api, asked, clock } = apiUnderTest();
    clock.advance(TO_THE_SUNSET - 1);
    expect((await identify(api, { namespace: 'legacy' })).status).toBe(200);
    clock.advance(1);
    const answer = await identify(api, { namespace: 'legacy' });
    expect(answer).toMatchObject({ status: 410, detail: 'This version of the API is gone. Use /api/v1.' });
    expect(answer.headers.get('link')).toContain('rel="successor-version"');
    expect(asked).toHaveLength(1);
    expect((await identify(api, { namespace: 'v1' })).status).toBe(200);
  });
});
