import { RejectedRequestError } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { PHOTO, transports, upload } from '../../testing/transports.ts';

describe.each(transports)('identify answers 400 over %s', (_name, identify) => {
  it('malformed_upload to a body that breaks off', async () => {
    const { api } = apiUnderTest();
    const body = '--x\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\nbytes';
    const answer = await identify(api, { body, headers: { 'Content-Type': 'multipart/form-data; boundary=x' } });
    expect(answer).toMatchObject({ status: 400, code: 'malformed_upload' });
  });

  it('missing_image to an upload without one', async () => {
    const { api } = apiUnderTest();
    const answer = await identify(api, { body: upload({ language: 'de' }, []) });
    expect(answer).toMatchObject({ status: 400, code: 'missing_image' });
  });

  it('unknown_field to an unknown field', async () => {
    const { api } = apiUnderTest();
    const answer = await identify(api, { body: upload({ colour: 'green' }) });
    expect(answer).toMatchObject({ status: 400, code: 'unknown_field' });
  });

  it.each([
    [{ organs: 'petal' }, '#/organs/0'],
    [{ organs: ['leaf', 'leaf'] }, '#/organs'],
    [{ include_diseases: 'perhaps' }, '#/include_diseases'],
    [{ latitude: '91', longitude: '0' }, '#/latitude'],
    [{ latitude: '0', longitude: '-180.1' }, '#/longitude'],
    [{ latitude: '', longitude: '1' }, '#/latitude'],
    [{ latitude: '48.1' }, '#/longitude'],
    [{ longitude: '11.5' }, '#/latitude'],
    [{ language: 'de--DE' }, '#/language'],
    [{ language: 'deutschland' }, '#/language'],
    [{ project: '../secret' }, '#/project'],
  ])('invalid_request to %j, pointing at %s', async (fields, pointer) => {
    const { api, asked } = apiUnderTest();
    const answer = await identify(api, { body: upload(fields) });
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(answer.body['errors']).toMatchObject([{ pointer }]);
    expect(asked).toEqual([]);
  });

  it('with every wrong field and without the sent values', async () => {
    const { api } = apiUnderTest();
    const { body } = await identify(api, { body: upload({ language: '<script>', project: '<script>' }, [PHOTO]) });
    expect(body['errors']).toMatchObject([{ pointer: '#/language' }, { pointer: '#/project' }]);
    expect(JSON.stringify(body)).not.toContain('<script>');
  });

  it('unknown_host to a foreign host with any port', async () => {
    const { api } = apiUnderTest();
    expect(await identify(api, { headers: { Host: 'evil.example:3000' } })).toMatchObject({
      status: 400,
      code: 'unknown_host',
    });
    expect(await identify(api, { headers: { Host: 'localhost:8080' } })).toMatchObject({ status: 200 });
  });

  it('invalid_request, counted, to a rejection by a provider, pointing at the field', async () => {
    const { api } = apiUnderTest({
      service: {
        identify: async () => {
          throw new RejectedRequestError(['project', 'image']);
        },
      },
    });
    const answer = await identify(api, { body: upload({ project: 'k-nowhere' }) });
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request', detail: 'The request is not valid.' });
    expect(answer.body['errors']).toEqual([
      { detail: 'is not a flora that Pl@ntNet knows', pointer: '#/project' },
      { detail: 'is not accepted by the service', pointer: '#/image' },
    ]);
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('9');
    expect(answer.headers.has('retry-after')).toBe(false);
  });

  it('and counts refused requests', async () => {
    const { api } = apiUnderTest();
    await identify(api, { body: upload({ colour: 'green' }) });
    const { headers } = await identify(api, {});
    expect(headers.get('x-ratelimit-remaining')).toBe('8');
  });
});
