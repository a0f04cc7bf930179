import { malformed } from '../errors.ts';
import { parseHeaderValue } from './header-value.ts';

const MAX_LENGTH = 70;
const SIGNS = "'()+_,-./:=?!#$%&*^`|~";

/**
 * Returns the boundary of a Content-Type: 1 to 70 characters, not ending in a space. Beside RFC 2046's `bchars` it may
 * hold the characters of a token (RFC 9110): a boundary of `*****` is widespread among Android apps.
 * @throws {HttpError} `malformed_upload` when it is not multipart/form-data or names no such boundary
 */
export function boundaryOf(contentType: string | null): string {
  const text = contentType ?? '';
  const [type = ''] = text.split(';', 1);
  if (type.trim().toLowerCase() !== 'multipart/form-data') {
    throw malformed('Please send the photo as multipart/form-data.');
  }
  const header = parseHeaderValue(text);
  const boundary = header === undefined ? unquotedBoundary(text) : header.parameters.get('boundary');
  if (boundary === undefined) {
    throw malformed('The Content-Type of the upload does not name one boundary that can be read.');
  }
  if (!isBoundary(boundary)) {
    throw malformed(
      `The boundary in the Content-Type of the upload must have 1 to ${MAX_LENGTH} letters, digits, inner spaces or ${SIGNS}.`,
    );
  }
  return boundary;
}

/**
 * Reads the boundary of a header that breaks the grammar. Several mail libraries write one such as `----=_Part_0/1`
 * without the quotes that `=`, `/` and `:` need (RFC 2046, 5.1.1). Undefined when a header has two.
 */
function unquotedBoundary(text: string): string | undefined {
  const [first, second] = text.matchAll(/;\s*boundary\s*=\s*/gi);
  if (first === undefined || second !== undefined) return undefined;
  return /^(?:"([^"\\]+)"|([^\s;"]+))\s*(?:;|$)/
    .exec(text.slice(first.index + first[0].length))
    ?.slice(1)
    .find((value) => value !== undefined);
}

function isBoundary(text: string): boolean {
  const isKnown = (sign: string) => /[\w ]/.test(sign) || SIGNS.includes(sign);
  return text !== '' && text.length <= MAX_LENGTH && !text.endsWith(' ') && Array.from(text).every(isKnown);
}
