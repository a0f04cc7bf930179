import { PhotoError, PhotoSpaceError } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { photoLimits } from '../../testing/fake-service.ts';
import { transports, upload } from '../../testing/transports.ts';

const ERRORS = [
  {
    status: 413,
    code: 'photo_too_large',
    reason: { type: 'side', pixels: 12_000, max: 10_000 },
    detail: 'Photo 1 is 12000 pixels on its longer side; 10000 is the most.',
  },
  {
    status: 415,
    code: 'photo_type',
    reason: { type: 'unknown_format' },
    detail: 'Photo 1 is not a picture we can read. Please choose a JPEG, PNG, WebP, GIF, AVIF or HEIC.',
  },
  {
    status: 422,
    code: 'photo_undecodable',
    reason: { type: 'unreadable', fault: 'damaged' },
    detail: 'Photo 1 could not be read: the file is damaged. Please try another photo.',
  },
] as const;

describe.each(transports)('identify over %s', (_name, identify) => {
  describe.each(ERRORS)('answers $status $code', ({ code, detail, reason, status }) => {
    const service = {
      identify: async () => {
        throw new PhotoError(0, reason);
      },
    };

    it('with a sentence about the photo', async () => {
      const { api } = apiUnderTest({ service });
      expect(await identify(api, {})).toMatchObject({ status, code, detail });
    });

    it('with the old body in legacy', async () => {
      const { api } = apiUnderTest({ service });
      const answer = await identify(api, { namespace: 'legacy' });
      expect(answer).toMatchObject({ status, detail });
      expect(answer.headers.get('deprecation')).toBe('@1767225600');
    });
  });

  it('answers 409 photo_space_full when the photos of the account use all its space, without Retry-After', async () => {
    const service = {
      identify: async () => {
        throw new PhotoSpaceError({ used: 500 * 1_048_576, max: 500 * 1_048_576 });
      },
    };
    const { api } = apiUnderTest({ service });
    const detail = 'Your photos use 500 MB; 500 MB is the most. Please delete identifications that you no longer need.';
    const answer = await identify(api, {});
    expect(answer).toMatchObject({ status: 409, code: 'photo_space_full', detail });
    expect(answer.headers.has('retry-after')).toBe(false);
    expect(await identify(api, { namespace: 'legacy' })).toMatchObject({ status: 409, detail });
  });

  it.each([
    { bytes: 10_200_000, status: 200, detail: undefined },
    { bytes: 10_485_760, status: 200, detail: undefined },
    { bytes: 10_485_761, status: 413, detail: 'Photo 1 is 10.1 MB; 10 MB is the most.' },
  ])('accepts photos of up to 10 x 1,048,576 bytes: $bytes bytes answer $status', async ({ bytes, status, detail }) => {
    const { api } = apiUnderTest();
    const body = upload({}, [Buffer.alloc(bytes)]);
    expect(await identify(api, { body })).toMatchObject({ status, detail });
    expect(await identify(api, { body, namespace: 'legacy' })).toMatchObject({ status, detail });
  });

  it('does not call the service for a photo over the limit', async () => {
    const { api, asked } = apiUnderTest({ config: { upload: { ...photoLimits, maxBytes: 1000 } } });
    const answer = await identify(api, { body: upload({}, [Buffer.alloc(1001)]) });
    expect(answer).toMatchObject({ status: 413, code: 'photo_too_large' });
    expect(asked).toEqual([]);
  });
});
