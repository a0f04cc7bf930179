import { PhotoError } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { transports } from '../../testing/transports.ts';

const MESSAGE = 'Photo 1 cannot be decoded.';

describe.each(transports)('identify answers 422 over %s', (_name, identify) => {
  const refusing = async () => {
    throw new PhotoError('photo_undecodable', 0, MESSAGE);
  };

  it('photo_undecodable with the text of the photo check', async () => {
    const { api } = apiUnderTest({ service: { identify: refusing } });
    expect(await identify(api, {})).toMatchObject({ status: 422, code: 'photo_undecodable', detail: MESSAGE });
  });

  it('in legacy with the old body', async () => {
    const { api } = apiUnderTest({ service: { identify: refusing } });
    const { detail, headers, status } = await identify(api, { namespace: 'legacy' });
    expect({ status, detail }).toEqual({ status: 422, detail: MESSAGE });
    expect(headers.get('deprecation')).toBe('@1767225600');
  });
});
