import { PHOTO_FORMATS, type PhotoFormat, type PhotoType } from './formats/photo-formats.ts';

/** Subtypes of `image/` that name an accepted format; some clients write them behind `application/`. */
const ACCEPTED = new Map<string, string>(
  Object.entries<PhotoFormat>(PHOTO_FORMATS).flatMap(([type, { mediaType, subtypes }]) =>
    [mediaType.slice('image/'.length), ...subtypes].map((subtype) => [subtype, type] as const),
  ),
);

/** Formats whose media type a photo may keep that was converted on its way. */
const KEPT_BY_CONVERSION = new Set(['avif', 'heic']);

/** Subtypes of `application/` that clients send when they do not know the type. */
const UNSPECIFIC = new Set([
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

/** Matches media types as lenient readers do: also with spaces around the slash, in quotes, or in a list of several. */
const MEDIA_TYPE = /([^\s/"',]+)\s*\/\s*([^\s/"',]+)/g;

/**
 * Whether a part's media type names another kind of file than its bytes are. These types claim nothing: an empty one,
 * text that is no media type (`image`, as one phone library writes it), a wildcard, an unknown binary, and
 * `multipart/form-data`, which clients copy from the request. `image/heic`, `image/avif` and formats that the server
 * cannot read do not contradict either: a converted photo may keep the media type that it had before. A wrong accepted
 * format does, because the bytes show the true one.
 */
export function mediaTypeContradicts(mediaType: string, type: PhotoType): boolean {
  const [essence = ''] = mediaType.split(';', 1);
  const named = essence.toLowerCase().matchAll(MEDIA_TYPE);
  return [...named].some(([, kind = '', subtype = '']) => isOther(kind, subtype, type));
}

function isOther(kind: string, subtype: string, type: PhotoType): boolean {
  if (kind === 'image' || kind === 'application') {
    const claimed = ACCEPTED.get(subtype);
    if (claimed !== undefined) return claimed !== type && !KEPT_BY_CONVERSION.has(claimed);
  }
  if (kind === 'image') return /^svg\b|\+xml$/.test(subtype);
  if (kind === 'application') return !UNSPECIFIC.has(subtype);
  if (kind === 'multipart') return subtype !== 'form-data';
  return OTHER_KINDS.has(kind);
}
