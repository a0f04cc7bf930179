import { PhotoError } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { photoLimits } from '../../testing/fake-service.ts';
import { transports, upload } from '../../testing/transports.ts';

const MESSAGE = 'Photo 1 is 12.4 MB; 10 MB is the most.';

describe.each(transports)('identify answers 413 over %s', (_name, identify) => {
  const refusing = async () => {
    throw new PhotoError('photo_too_large', 0, MESSAGE);
  };

  it('photo_too_large with the text of the photo check', async () => {
    const { api } = apiUnderTest({ service: { identify: refusing } });
    expect(await identify(api, {})).toMatchObject({ status: 413, code: 'photo_too_large', detail: MESSAGE });
  });

  it('in legacy with the old body', async () => {
    const { api } = apiUnderTest({ service: { identify: refusing } });
    const { detail, headers, status } = await identify(api, { namespace: 'legacy' });
    expect({ status, detail }).toEqual({ status: 413, detail: MESSAGE });
    expect(headers.get('deprecation')).toBe('@1767225600');
  });

  it.each([
    [10_200_000, 200, undefined],
    [10_485_760, 200, undefined],
    [10_485_761, 413, 'Photo 1 is 10.1 MB; 10 MB is the most.'],
  ])('only above 10 x 1,048,576 bytes: %i bytes answer %i', async (bytes, status, detail) => {
    const { api } = apiUnderTest();
    const body = upload({}, [Buffer.alloc(bytes)]);
    expect(await identify(api, { body })).toMatchObject({ status, detail });
    expect(await identify(api, { body, namespace: 'legacy' })).toMatchObject({ status, detail });
  });

  it('while reading, without calling the service, when a photo exceeds the limit', async () => {
    const { api, asked } = apiUnderTest({ config: { upload: { ...photoLimits, maxBytes: 1000 } } });
    const answer = await identify(api, { body: upload({}, [Buffer.alloc(1001)]) });
    expect(answer).toMatchObject({ status: 413, code: 'photo_too_large' });
    expect(asked).toEqual([]);
  });
});
