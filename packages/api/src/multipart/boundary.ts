import { parseHeaderValue } from './header-value.ts';
import { malformed } from './upload-error.ts';

const MAX_LENGTH = 70;

/**
 * The boundary a Content-Type names: 1 to 70 characters of RFC 2046's `bchars`, not ending in a space.
 * @throws {UploadError} `malformed_upload` when it is not multipart/form-data or names no such boundary
 */
export function boundaryOf(contentType: string | null): string {
  const header = contentType === null ? undefined : parseHeaderValue(contentType);
  if (header?.value !== 'multipart/form-data') throw malformed('Please send the photo as multipart/form-data.');
  const boundary = header.parameters.get('boundary');
  if (boundary === undefined || !isBoundary(boundary)) {
    throw malformed('The Content-Type of the upload does not name a valid boundary.');
  }
  return boundary;
}

function isBoundary(text: string): boolean {
  return text.length <= MAX_LENGTH && /^[\w'()+,\-./:=? ]+$/.test(text) && !text.endsWith(' ');
}
