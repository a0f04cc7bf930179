import { PhotoError } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { transports } from '../../testing/transports.ts';

const MESSAGE = 'Photo 1 is a PDF; JPEG, PNG, WebP and GIF are read.';

describe.each(transports)('identify answers 415 over %s', (_name, identify) => {
  const refusing = async () => {
    throw new PhotoError('photo_type', 0, MESSAGE);
  };

  it('photo_type with the text of the photo check', async () => {
    const { api } = apiUnderTest({ service: { identify: refusing } });
    expect(await identify(api, {})).toMatchObject({ status: 415, code: 'photo_type', detail: MESSAGE });
  });

  it('in legacy with the old body', async () => {
    const { api } = apiUnderTest({ service: { identify: refusing } });
    const { detail, headers, status } = await identify(api, { namespace: 'legacy' });
    expect({ status, detail }).toEqual({ status: 415, detail: MESSAGE });
    expect(headers.get('deprecation')).toBe('@1767225600');
  });
});
