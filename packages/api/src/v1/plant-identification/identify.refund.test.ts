import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { billed, monstera } from '../../testing/fake-service.ts';
import { transports } from '../../testing/transports.ts';

const free = { identification: monstera, billable: false };

describe.each(transports)('an identification over %s', (_name, identify) => {
  const remaining = async (answer: ReturnType<typeof identify>) => (await answer).headers.get('x-ratelimit-remaining');

  it('counts against the rate limit only if it is billable', async () => {
    const answers = [billed(monstera), free, billed(monstera)];
    const { api } = apiUnderTest({ service: { identify: async () => answers.shift() ?? free } });
    expect(await remaining(identify(api, {}))).toBe('9');
    expect(await remaining(identify(api, {}))).toBe('9');
    expect(await remaining(identify(api, {}))).toBe('8');
  });

  it('is free at most twice the rate an hour, also if a provider never answers', async () => {
    const { api } = apiUnderTest({ service: { identify: async () => free } });
    const statuses: number[] = [];
    for (let call = 1; call <= 40; call += 1) statuses.push((await identify(api, {})).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(statuses.at(-1)).toBe(429);
  });
});
