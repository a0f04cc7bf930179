import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { monstera } from '../../testing/fake-service.ts';
import { transports, upload } from '../../testing/transports.ts';

const partial = { ...monstera, partial: true };

describe.each(transports)('asking again over %s', (_name, identify) => {
  const remaining = async (answer: ReturnType<typeof identify>) => (await answer).headers.get('x-ratelimit-remaining');

  it('after a partial answer is free, once for each', async () => {
    const answers = [partial, partial, monstera, monstera];
    const { api } = apiUnderTest({ service: { identify: async () => answers.shift() ?? monstera } });
    expect(await remaining(identify(api, {}))).toBe('9');
    expect(await remaining(identify(api, {}))).toBe('9');
    expect(await remaining(identify(api, {}))).toBe('9');
    expect(await remaining(identify(api, {}))).toBe('8');
  });

  it('is free for as long as what was paid for is kept, and that was paid before the answer was there', async () => {
    const { api, clock } = apiUnderTest({
      config: { reAskMs: 60_000 },
      service: {
        identify: async () => {
          clock.advance(10_000);
          return partial;
        },
      },
    });
    expect(await remaining(identify(api, {}))).toBe('9');
    clock.advance(39_999);
    expect(await remaining(identify(api, {}))).toBe('9');
    clock.advance(40_000);
    expect(await remaining(identify(api, {}))).toBe('8');
  });

  it('about other photos, or as somebody else, is not', async () => {
    const { api } = apiUnderTest({ service: { identify: async () => partial } });
    await identify(api, {});
    expect(await remaining(identify(api, { body: upload({}, [Buffer.from('other')]) }))).toBe('8');
    const anna = { headers: { Cookie: 'session=anna' } };
    expect(await remaining(identify(api, anna))).toBe('199');
    expect(await remaining(identify(api, anna))).toBe('199');
  });

  it('with other options is not: it is another question, and paid for', async () => {
    const { api } = apiUnderTest({ service: { identify: async () => partial } });
    await identify(api, {});
    const others = [
      { language: 'de' },
      { latitude: '48.1', longitude: '11.6' },
      { latitude: '48.2', longitude: '11.6' },
      { include_diseases: 'false' },
    ];
    for (const [index, fields] of others.entries()) {
      expect(await remaining(identify(api, { body: upload(fields) }))).toBe(String(8 - index));
    }
    expect(await remaining(identify(api, {}))).toBe('5');
  });

  it('is free twice as often as the rate at most: a provider that never answers does not make questions free', async () => {
    const { api } = apiUnderTest({ service: { identify: async () => partial } });
    const statuses: number[] = [];
    for (let call = 1; call <= 40; call += 1) statuses.push((await identify(api, {})).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(statuses.at(-1)).toBe(429);
  });

  it('after a whole answer is not', async () => {
    const { api } = apiUnderTest();
    await identify(api, {});
    expect(await remaining(identify(api, {}))).toBe('8');
  });
});
