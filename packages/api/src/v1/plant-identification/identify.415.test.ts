import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { transports } from '../../testing/transports.ts';

const TEXT = 'Please send the photo as multipart/form-data.';

describe.each(transports)('identify answers 415 over %s', (_name, identify) => {
  it.each([
    ['JSON', '{"image":1}', 'application/json'],
    ['bytes', 'photo bytes', 'application/octet-stream'],
  ])('to a body of %s, with the accepted type', async (_what, body, type) => {
    const { api, asked } = apiUnderTest();
    const answer = await identify(api, { body, headers: { 'Content-Type': type } });
    expect(answer).toMatchObject({ status: 415, code: 'unsupported_media_type', detail: TEXT });
    expect(answer.headers.get('accept')).toBe('multipart/form-data');
    expect(asked).toEqual([]);
  });
});

describe('identify answers 415 over REST', () => {
  it.each(['image/jpeg', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/mixed; boundary=x', ''])(
    'to a body of type "%s"',
    async (type) => {
      const { api } = apiUnderTest();
      const request = new Request('http://localhost:3000/api/v1/plant-identification/identify', {
        method: 'POST',
        body: Buffer.from('photo bytes'),
        ...(type !== '' && { headers: { 'Content-Type': type } }),
      });
      const answer = await api.rest(request);
      expect({ status: answer.status, accept: answer.headers.get('accept') }).toEqual({
        status: 415,
        accept: 'multipart/form-data',
      });
    },
  );

  it('with the old body in legacy', async () => {
    const { api } = apiUnderTest();
    const request = new Request('http://localhost:3000/api/plant-identification/identify/', {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json' },
    });
    const answer = await api.rest(request);
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 415,
      body: { success: false, error: TEXT },
    });
  });
});
