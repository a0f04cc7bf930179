import { malformed, notMultipart } from '../errors.ts';

/** A header value such as `form-data; name="image"`; both names are lower case. */
export interface HeaderValue {
  value: string;
  parameters: ReadonlyMap<string, string>;
}

/**
 * Parses `value; name=token; name="quoted string"` (RFC 9110, 5.6). Undefined for text that breaks this grammar, or a
 * parameter that comes twice: two readers could then disagree about which one counts.
 */
export function parseHeaderValue(text: string): HeaderValue | undefined {
  const parameters = new Map<string, string>();
  const semicolon = text.indexOf(';');
  const value = (semicolon === -1 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  if (value === '') return undefined;
  let at = semicolon === -1 ? text.length : semicolon;
  while (at < text.length) {
    if (text[at] !== ';') return undefined;
    at = skipSpaces(text, at + 1);
    if (at === text.length) break;
    const equals = text.indexOf('=', at);
    if (equals === -1) return undefined;
    const name = text.slice(at, equals).toLowerCase();
    if (!isToken(name) || parameters.has(name)) return undefined;
    const read = text[equals + 1] === '"' ? readQuoted(text, equals + 2) : readToken(text, equals + 1);
    if (read === undefined) return undefined;
    parameters.set(name, read.value);
    at = skipSpaces(text, read.end);
  }
  return { value, parameters };
}

/** Whether a text is a token, such as a header name: letters, digits and 15 signs (RFC 9110, 5.6.2). */
export function isToken(text: string): boolean {
  return /^[\w!#$%&'*+\-.^`|~]+$/.test(text);
}

interface Read {
  value: string;
  end: number;
}

function readToken(text: string, from: number): Read | undefined {
  let end = from;
  while (end < text.length && text[end] !== ';' && text[end] !== ' ' && text[end] !== '\t') end += 1;
  const value = text.slice(from, end);
  return isToken(value) ? { value, end } : undefined;
}

/**
 * Reads up to the closing quote. Only `\"` and `\\` are escapes: browsers write `"` as %22 and leave the backslashes of
 * a Windows path as they are.
 */
function readQuoted(text: string, from: number): Read | undefined {
  let value = '';
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') return { value, end: at + 1 };
    const escaped = text[at + 1];
    if (sign === '\\' && (escaped === '"' || escaped === '\\')) {
      value += escaped;
      at += 1;
    } else {
      value += sign;
    }
  }
  return undefined;
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

const MAX_BOUNDARY_LENGTH = 70;
const BOUNDARY_SIGNS = "'()+_,-./:=?!#$%&*^`|~";

/**
 * Returns the boundary of a Content-Type: 1 to 70 characters, not ending in a space. Beside RFC 2046's `bchars` it may
 * hold the characters of a token (RFC 9110): a boundary of `*****` is widespread among Android apps.
 * @throws {HttpError} `unsupported_media_type` for another media type, `malformed_upload` without one such boundary
 */
export function boundaryOf(contentType: string | null): string {
  const text = contentType ?? '';
  const [type = ''] = text.split(';', 1);
  if (type.trim().toLowerCase() !== 'multipart/form-data') throw notMultipart();
  const header = parseHeaderValue(text);
  const boundary = header === undefined ? unquotedBoundary(text) : header.parameters.get('boundary');
  if (boundary === undefined) {
    throw malformed('The Content-Type of the upload does not name one boundary that can be read.');
  }
  if (!isBoundary(boundary)) {
    throw malformed(
      `The boundary in the Content-Type of the upload must have 1 to ${MAX_BOUNDARY_LENGTH} letters, digits, inner spaces or ${BOUNDARY_SIGNS}.`,
    );
  }
  return boundary;
}

/**
 * Reads the boundary of a header that breaks the grammar. Several mail libraries write one such as `----=_Part_0/1`
 * without the quotes that `=`, `/` and `:` need (RFC 2046, 5.1.1). Undefined for a header with two boundaries.
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
  const isKnown = (sign: string) => /[\w ]/.test(sign) || BOUNDARY_SIGNS.includes(sign);
  return text !== '' && text.length <= MAX_BOUNDARY_LENGTH && !text.endsWith(' ') && Array.from(text).every(isKnown);
}
