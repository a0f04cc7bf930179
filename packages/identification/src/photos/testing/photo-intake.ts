import { readUpload } from '@plantcommunity/http';
import { arriving, CONTENT_TYPE, file, makeUpload } from '@plantcommunity/http/testing';
import { systemClock } from '@plantcommunity/resilience';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import sharp from 'sharp';
import { inspectPhoto } from '../inspect.ts';
import { createPhotoNormalizer } from '../normalize.ts';
import type { NormalizedPhoto } from '../types.ts';
import { LIMITS } from './uploaded-photo.ts';

const FORM = { ...LIMITS, photoField: 'image', textFields: {}, ignoredFields: [] };
const OWNER = { subject: 'user:anna', background: false };
/** Bytes behind the end of the photo, which are not decoded and make each upload another photo. */
const NUMBER_BYTES = 4;

export interface PhotoIntake {
  /** Reads an upload of the photo, checks and decodes it; each time as a photo that was never seen before. */
  readonly intake: () => Promise<NormalizedPhoto>;
  /** Decodes, resizes and encodes the photo with sharp alone, to the same bytes. */
  readonly bare: () => Promise<Buffer>;
}

/** Creates what a measurement of the intake compares: all steps from the body of an upload to the normalized photo. */
export function createPhotoIntake(photo: Buffer): PhotoIntake {
  const normalizer = createPhotoNormalizer({
    concurrency: 1,
    capacity: 1,
    backgroundCapacity: 1,
    clock: systemClock,
    metrics: createTestMetrics().decodes,
  });
  const body = makeUpload(
    file(Buffer.concat([photo, Buffer.alloc(NUMBER_BYTES)]), { fileName: 'photo', type: 'image/*' }),
  );
  const numberAt = body.indexOf(photo) + photo.length;
  let number = 0;
  return {
    intake: async () => {
      number += 1;
      body.writeUInt32BE(number, numberAt);
      const { photos } = await readUpload(arriving(body).body, CONTENT_TYPE, String(body.length), FORM);
      const [uploaded] = photos;
      if (uploaded === undefined) throw new Error('The upload was read without its photo');
      return normalizer.normalize(inspectPhoto(uploaded, 0, LIMITS), 0, OWNER);
    },
    bare: () =>
      sharp(photo)
        .autoOrient()
        .resize(1_500, 1_500, { fit: 'inside', withoutEnlargement: true })
        .jpeg({ quality: 85 })
        .toBuffer(),
  };
}
