import { oversizedPhotoMessage } from '@plantcommunity/http';
import type { PhotoError, PhotoErrorReason } from '@plantcommunity/identification';
import { FORMAT_NAMES, PHOTO_FORMATS } from '@plantcommunity/identification/photo-formats';

/** Ends of the sentence "Photo 1 could not be read: …". */
const FAULTS: Readonly<Record<Extract<PhotoErrorReason, { type: 'unreadable' }>['fault'], string>> = {
  truncated: 'the file ends before the picture does',
  damaged: 'the file is damaged',
};

/**
 * Returns the sentences about a rejected photo for the person who sent it: what was found, what is allowed, what to do.
 * Photos are counted from 1.
 */
export function photoErrorText({ photo, reason }: Pick<PhotoError, 'photo' | 'reason'>): string {
  const number = photo + 1;
  switch (reason.type) {
    case 'empty':
      return `Photo ${number} is empty.`;
    case 'bytes':
      return oversizedPhotoMessage(photo, reason.bytes, reason.max);
    case 'side':
      return tooLarge(number, `is ${reason.pixels} pixels on its longer side`, `${reason.max}`);
    case 'pixels': {
      const { frames, height, max, width } = reason;
      const times = frames === 1 ? '' : `, ${frames} times`;
      const value = `has ${roundedUp(width * height * frames)} megapixels (${width} × ${height}${times})`;
      return tooLarge(number, value, roundedDown(max));
    }
    case 'format_pixels': {
      const { format, height, max, width } = reason;
      const value = `is ${withArticle(PHOTO_FORMATS[format].name)} of ${roundedUp(width * height)} megapixels (${width} × ${height})`;
      return `${tooLarge(number, value, roundedDown(max))} Please save it as a JPEG, or make it smaller.`;
    }
    case 'frames':
      return `${tooLarge(number, `has ${reason.frames} frames`, `${reason.max}`)} A still picture works best.`;
    case 'scans':
      return `${tooLarge(number, `has ${reason.scans} scans`, `${reason.max}`)} Please save it as a plain JPEG.`;
    case 'decode_memory': {
      const value = `would take ${roundedUp(reason.bytes)} MB of memory to open`;
      const remedy = 'Please save it as a plain JPEG, not a progressive one, or make it smaller.';
      return `${tooLarge(number, value, `${roundedDown(reason.max)} MB`)} ${remedy}`;
    }
    case 'decode_seconds': {
      const name = withArticle(PHOTO_FORMATS[reason.format].name);
      return `Photo ${number} is ${name} that took more than ${reason.max} seconds to open; ${reason.max} is the most. Please save it as a JPEG, or make it smaller.`;
    }
    case 'decode_time': {
      const { format, max, pixels, scans, traits } = reason;
      const kind = [...traits, PHOTO_FORMATS[format].name].join(' ') + (scans === 1 ? '' : ` of ${scans} scans`);
      const value = `has ${roundedUp(pixels)} megapixels in a ${kind}`;
      return `${tooLarge(number, value, roundedDown(max))} Please save it as a plain JPEG, or make it smaller.`;
    }
    case 'unknown_format':
      return `Photo ${number} is not a picture we can read. Please choose a ${FORMAT_NAMES}.`;
    case 'no_decoder':
      return `Photo ${number} is ${withArticle(PHOTO_FORMATS[reason.format].name)}, which this server cannot open: the optional package libheif-js is not installed. Please save it as a JPEG and try again.`;
    case 'other_media_type':
      return `Photo ${number} was sent as another type of file, but is ${withArticle(PHOTO_FORMATS[reason.format].name)}. Please send it as ${PHOTO_FORMATS[reason.format].mediaType}.`;
    case 'other_file_ending':
      return `The name of photo ${number} ends in .${reason.ending}, but it is ${withArticle(PHOTO_FORMATS[reason.format].name)}. Please rename it and try again.`;
    case 'dot_file':
      return `The name of photo ${number} starts with a dot, like that of a hidden file. Please rename it and try again.`;
    case 'sequence':
      return `Photo ${number} is ${withArticle(PHOTO_FORMATS[reason.format].name)} with moving pictures. Please choose a still one.`;
    case 'unsupported_kind':
      return `Photo ${number} could not be read: this kind of ${PHOTO_FORMATS[reason.format].name} is not supported. Please try another photo.`;
    case 'unreadable':
      return `Photo ${number} could not be read: ${FAULTS[reason.fault]}. Please try another photo.`;
  }
}

function withArticle(name: string): string {
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

function tooLarge(number: number, value: string, max: string): string {
  return `Photo ${number} ${value}; ${max} is the most.`;
}

/** Converts to millions, rounded up, so that a value just over the limit does not read as the limit. */
function roundedUp(value: number): string {
  return String(Math.ceil((value / 1e6) * 10) / 10);
}

/** Converts to millions, rounded down. */
function roundedDown(value: number): string {
  return String(Math.floor((value / 1e6) * 10) / 10);
}

const MEGABYTE = 1_048_576;

/** Returns the sentences for a person whose photos use all the space. `used` and `max` are bytes. */
export function photoSpaceText({ max, used }: { used: number; max: number }): string {
  const [value, most] = [used, max].map((bytes) => Math.floor(bytes / MEGABYTE));
  return `Your photos use ${value} MB; ${most} MB is the most. Please delete identifications that you no longer need.`;
}
