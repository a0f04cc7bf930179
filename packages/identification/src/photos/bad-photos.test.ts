import { HttpError } from '@plantcommunity/http';
import { cpuTimeOf } from '@plantcommunity/telemetry/testing';
import { describe, expect, it } from 'vitest';
import { IdentificationError } from '../errors.ts';
import { badPhotos, createPhotoIntake, noiseJpeg } from './testing/index.ts';

/** Codes of the statuses over HTTP. */
const CODES = { 413: 'photo_too_large', 415: 'photo_type', 422: 'photo_undecodable' } as const;
/** Five times the time in which `npm run bench` wants the slowest of them refused. */
const MAX_CPU_MS = 5 * 250;

describe('a bad photo', { timeout: 60_000 }, async () => {
  it.each(badPhotos(await noiseJpeg(1_200, 900)))('is refused before it costs much: $name', async (bad) => {
    const { intake } = createPhotoIntake(bad.bytes);
    let refusal: unknown;
    const ms = await cpuTimeOf(async () => {
      refusal = await intake().catch((error: unknown) => error);
    });
    if (!(refusal instanceof IdentificationError || refusal instanceof HttpError)) throw refusal;
    expect(refusal.code).toBe(CODES[bad.status]);
    expect(ms).toBeLessThan(MAX_CPU_MS);
  });
});
