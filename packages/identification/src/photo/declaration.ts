import type { PhotoType } from './photo.ts';

/** Names of the four formats behind `image/`; some clients write them behind `application/`. */
const TAKEN = new Map<string, PhotoType>([
  ['jpeg', 'jpeg'],
  ['jpg', 'jpeg'],
  ['jpe', 'jpeg'],
  ['pjpeg', 'jpeg'],
  ['x-jpeg', 'jpeg'],
  ['x-jpg', 'jpeg'],
  ['png', 'png'],
  ['x-png', 'png'],
  ['apng', 'png'],
  ['vnd.mozilla.apng', 'png'],
  ['webp', 'webp'],
  ['x-webp', 'webp'],
  ['gif', 'gif'],
  ['x-gif', 'gif'],
]);

/** What stands behind `application/` when a client does not know the type. */
const UNKNOWN_TO_CLIENT = new Set([
  '*',
  'octet-stream',
  'x-octet-stream',
  'octetstream',
  'octet',
  'stream',
  'binary',
  'x-binary',
  'unknown',
  'x-unknown',
  'download',
  'x-download',
  'force-download',
  'x-force-download',
  'file',
  'x-file',
  'data',
]);

/** The registered kinds of media beside `application`, `image` and `multipart`. */
const OTHER_KINDS = new Set(['audio', 'chemical', 'font', 'haptics', 'message', 'model', 'text', 'video']);

/**
 * Whether a part's media type names another kind of file than its bytes are. A label that says nothing contradicts
 * nothing: an empty one, one that is no media type (`image`, as one phone library writes it), a wildcard, an unknown
 * binary, and `multipart/form-data`, which clients copy from the request. `image/heic` and other picture formats that
 * we do not take are what a photo was before it was converted. The four that we take can be told from the bytes, so
 * that a wrong one contradicts.
 */
export function labelContradicts(mediaType: string, type: PhotoType): boolean {
  const [essence = ''] = mediaType.split(';', 1);
  const [, kind = '', subtype = ''] = /^([^\s/]+)\/([^\s/]+)$/.exec(essence.trim().toLowerCase()) ?? [];
  if (kind === 'image' || kind === 'application') {
    const claimed = TAKEN.get(subtype);
    if (claimed !== undefined) return claimed !== type;
  }
  if (kind === 'image') return /^svg\b|\+xml$/.test(subtype);
  if (kind === 'application') return !UNKNOWN_TO_CLIENT.has(subtype);
  if (kind === 'multipart') return subtype !== 'form-data';
  return OTHER_KINDS.has(kind);
}
