import { HttpError } from '../errors.ts';

export interface UploadLimits {
  /** Of one photo. */
  maxBytes: number;
  maxPhotos: number;
}

/** Bytes of a megabyte, as in UPLOAD_MAX_MB. */
const MEGABYTE = 1_048_576;
/** Boundaries, part headers and text fields of the largest upload we take, with room to spare. */
const ENVELOPE_BYTES = 64 * 1024;

/** The most bytes a whole upload may have. */
export function mostBytes({ maxBytes, maxPhotos }: UploadLimits): number {
  return maxPhotos * maxBytes + ENVELOPE_BYTES;
}

export function photoTooLarge(photo: number, bytes: number, most: number): HttpError {
  const message = `Photo ${photo + 1} is ${roundedUp(bytes)} MB; ${inMegabytes(most)} MB is the most.`;
  return new HttpError('photo_too_large', message);
}

/** `bytes` is undefined when nobody said how many would come. */
export function uploadTooLarge(bytes: number | undefined, limits: UploadLimits): HttpError {
  const value = bytes === undefined ? `more than ${inMegabytes(mostBytes(limits))}` : `${roundedUp(bytes)}`;
  const most = `${photosIn(limits.maxPhotos)} of ${inMegabytes(limits.maxBytes)} MB`;
  return new HttpError('photo_too_large', `The upload is ${value} MB; it may hold at most ${most}.`);
}

export function photosIn(count: number): string {
  return count === 1 ? '1 photo' : `${count} photos`;
}

/** Upwards, so that 10 MB and one byte do not read as 10 MB. */
function roundedUp(bytes: number): number {
  return Math.ceil((bytes / MEGABYTE) * 10) / 10;
}

/** Converts bytes to megabytes with at most one decimal, rounded down. */
export function inMegabytes(bytes: number): number {
  return Math.floor((bytes / MEGABYTE) * 10) / 10;
}
