import { oversizedPhotoMessage } from '@plantcommunity/http';
import { PhotoError } from '../errors.ts';
import type { PhotoType, UnsupportedType } from './formats/signature.ts';

const TYPE_NAMES: Readonly<Record<PhotoType | UnsupportedType, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  gif: 'GIF',
  avif: 'AVIF',
  heic: 'HEIC',
};
const ACCEPTED = 'JPEG, PNG, WebP or GIF';

/** Errors of refused photos, for the person who sent them: what was found, what is allowed, what to do. */
export const photoErrors = {
  empty: (photo: number) => new PhotoError('photo_undecodable', photo, `${photoLabel(photo)} is empty.`),

  bytes: (photo: number, bytes: number, most: number) =>
    new PhotoError('photo_too_large', photo, oversizedPhotoMessage(photo, bytes, most)),

  side: (photo: number, side: number, most: number) =>
    tooLarge(photo, `is ${side} pixels on its longer side`, `${most}`),

  pixels: (
    photo: number,
    { width, height, frames }: { width: number; height: number; frames: number },
    most: number,
  ) => {
    const pictures = frames === 1 ? '' : `, ${frames} times`;
    const value = `has ${roundedUp((width * height * frames) / 1e6)} megapixels (${width} × ${height}${pictures})`;
    return tooLarge(photo, value, roundedDown(most / 1e6));
  },

  frames: (photo: number, frames: number, most: number) =>
    tooLarge(photo, `has ${frames} frames`, `${most}`, 'A still picture works best.'),

  scans: (photo: number, scans: number, most: number) =>
    tooLarge(photo, `has ${scans} scans`, `${most}`, 'Please save it as a plain JPEG.'),

  memory: (photo: number, bytes: number, most: number) =>
    tooLarge(
      photo,
      `would take ${roundedUp(bytes / 1e6)} MB of memory to open`,
      `${roundedDown(most / 1e6)} MB`,
      'Please save it as a plain JPEG, not a progressive one, or make it smaller.',
    ),

  time: (
    photo: number,
    { type, traits, scans }: { type: PhotoType; traits: readonly string[]; scans: number },
    pixels: number,
    most: number,
  ) =>
    tooLarge(
      photo,
      `has ${roundedUp(pixels / 1e6)} megapixels in a ${[...traits, TYPE_NAMES[type]].join(' ')}${scans === 1 ? '' : ` of ${scans} scans`}`,
      roundedDown(most / 1e6),
      'Please save it as a plain JPEG, or make it smaller.',
    ),

  unknownType: (photo: number) =>
    new PhotoError(
      'photo_type',
      photo,
      `${photoLabel(photo)} is not a picture we can read. Please choose a ${ACCEPTED}.`,
    ),

  refusedType: (photo: number, type: UnsupportedType) =>
    new PhotoError(
      'photo_type',
      photo,
      `${photoLabel(photo)} is in the ${TYPE_NAMES[type]} format, which we cannot read yet. Please save it as a JPEG and try again.`,
    ),

  declaredOtherwise: (photo: number, type: PhotoType) =>
    new PhotoError(
      'photo_type',
      photo,
      `${photoLabel(photo)} was sent as another type of file, but is a ${TYPE_NAMES[type]}. Please send it as image/${type}.`,
    ),

  namedOtherwise: (photo: number, type: PhotoType, ending: string) =>
    new PhotoError(
      'photo_type',
      photo,
      `The name of photo ${photo + 1} ends in .${ending}, but it is a ${TYPE_NAMES[type]}. Please rename it and try again.`,
    ),

  dotFile: (photo: number) =>
    new PhotoError(
      'photo_type',
      photo,
      `The name of photo ${photo + 1} starts with a dot, like that of a hidden file. Please rename it and try again.`,
    ),

  unreadable: (photo: number, why: string, cause?: unknown) =>
    new PhotoError(
      'photo_undecodable',
      photo,
      `${photoLabel(photo)} could not be read: ${why}. Please try another photo.`,
      cause === undefined ? {} : { cause },
    ),
};

/** Names a photo by its place in the upload, counted from 1. */
function photoLabel(photo: number): string {
  return `Photo ${photo + 1}`;
}

function tooLarge(photo: number, value: string, most: string, remedy = ''): PhotoError {
  const message = `${photoLabel(photo)} ${value}; ${most} is the most.${remedy === '' ? '' : ` ${remedy}`}`;
  return new PhotoError('photo_too_large', photo, message);
}

/** Rounds up, so that a value just over the limit does not read as the limit. */
function roundedUp(value: number): string {
  return String(Math.ceil(value * 10) / 10);
}

function roundedDown(value: number): string {
  return String(Math.floor(value * 10) / 10);
}
