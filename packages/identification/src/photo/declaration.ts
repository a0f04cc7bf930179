import type { PhotoType } from './photo.ts';

type Declared = PhotoType | 'other' | undefined;

const TYPES = new Map<string, PhotoType>([
  ['image/jpeg', 'jpeg'],
  ['image/jpg', 'jpeg'],
  ['image/pjpeg', 'jpeg'],
  ['image/png', 'png'],
  ['image/x-png', 'png'],
  ['image/apng', 'png'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
]);

const EXTENSIONS = new Map<string, PhotoType>([
  ['jpg', 'jpeg'],
  ['jpeg', 'jpeg'],
  ['jpe', 'jpeg'],
  ['jfif', 'jpeg'],
  ['png', 'png'],
  ['apng', 'png'],
  ['webp', 'webp'],
  ['gif', 'gif'],
]);

/** A media type as a claim; undefined when it claims nothing, as browsers do for files they do not know. */
export function typeOfMediaType(mediaType: string): Declared {
  const [essence = ''] = mediaType.split(';', 1);
  const type = essence.trim().toLowerCase();
  if (type === '' || type === 'application/octet-stream') return undefined;
  return TYPES.get(type) ?? 'other';
}

/**
 * A file name's extension as a claim; undefined when there is none. Phones hand out names like `1000012345` and
 * `Screenshot 10.30`, so what does not look like an extension claims nothing.
 */
export function typeOfName(name: string): Declared {
  const extension = extensionOf(name);
  return extension === undefined ? undefined : (EXTENSIONS.get(extension) ?? 'other');
}

export function extensionOf(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  if (dot === -1) return undefined;
  const extension = name.slice(dot + 1).toLowerCase();
  return /^[a-z][a-z0-9]{0,9}$/.test(extension) ? extension : undefined;
}
