import { malformed } from '../errors.ts';
import { shownFieldName } from './file-name.ts';
import { isToken, parseHeaderValue } from './header-value.ts';

/** The header of a part. */
export interface PartHeader extends Disposition {
  /** Media type without parameters, lower case, as the client wrote it; empty when none was declared. */
  type: string;
  /** Declared encoding of text, as the client wrote it; empty when none was declared. */
  charset: string;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** Names of the headers that are read; others are ignored. */
const DISPOSITION = 'Content-Disposition';
const TYPE = 'Content-Type';
const ENCODING = 'Content-Transfer-Encoding';
/** Accepted transfer encodings. Clients need no others (RFC 7578, 4.7); an encoded part would be misread. */
const PLAIN_ENCODINGS = new Set(['', 'binary', '8bit', '7bit']);

/**
 * Reads a part's header lines (RFC 7578, 4; without their closing empty line). Unknown headers are ignored.
 * @throws {HttpError} `malformed_upload`
 */
export function parsePartHeader(block: Buffer): PartHeader {
  const lines = unfold(utf8.decode(block));
  const disposition = parseDisposition(valueOf(lines, DISPOSITION));
  const encoding = (valueOf(lines, ENCODING) ?? '').toLowerCase();
  if (!PLAIN_ENCODINGS.has(encoding)) {
    const field = shownFieldName(disposition.field);
    throw malformed(
      `The field “${field}” is encoded as ${shownFieldName(encoding)}; please send its bytes as they are.`,
    );
  }
  const declared = valueOf(lines, TYPE) ?? '';
  const [type = ''] = declared.split(';', 1);
  // Other parameters are ignored, and so are all that cannot be read.
  const charset = parseHeaderValue(declared)?.parameters.get('charset') ?? '';
  return { ...disposition, type: type.trim().toLowerCase(), charset };
}

interface Line {
  /** Lower case. */
  name: string;
  value: string;
}

/** Splits headers into lines and joins folded ones (RFC 5322, 2.2.3), which mail libraries write. */
function unfold(block: string): Line[] {
  const lines: Line[] = [];
  for (const text of block === '' ? [] : block.split('\r\n')) {
    if (/[\r\n]/.test(text)) throw malformed('A part of the upload has a header line that does not end in CR LF.');
    if (text.includes('\0')) throw malformed('A part of the upload has a NUL in its headers.');
    const folded = /^[ \t]/.test(text) ? lines.at(-1) : undefined;
    if (folded === undefined) lines.push(lineOf(text));
    else folded.value = `${folded.value} ${text.trim()}`;
  }
  return lines;
}

function lineOf(text: string): Line {
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0));
  if (!isToken(name)) throw malformed('A part of the upload has a header line without a name and a colon.');
  return { name: name.toLowerCase(), value: text.slice(colon + 1).trim() };
}

/** Returns the value of a header. A header that comes twice is refused: two readers may take different ones. */
function valueOf(lines: readonly Line[], header: string): string | undefined {
  const [first, second] = lines.filter(({ name }) => name === header.toLowerCase());
  if (second !== undefined) throw malformed(`A part of the upload has two ${header} headers.`);
  return first?.value;
}

/** Field and file name in the Content-Disposition header of a part. */
export interface Disposition {
  /** The form field's name. */
  field: string;
  /** As the client wrote it; absent when the header has none. */
  fileName?: string;
}

/** Maximum number of places at which the end of a file name is tried: it may be any quote or semicolon. */
const MAX_ENDS = 8;

/**
 * Reads a Content-Disposition header (RFC 7578, 4.2). A file name that breaks the grammar, such as
 * `"my "best" rose.jpg"` or `photo (1).jpg` without quotes, is accepted as long as the form field is certain.
 * @throws {HttpError} `malformed_upload`
 */
export function parseDisposition(text: string | undefined): Disposition {
  if (text === undefined) throw malformed('A part of the upload has no Content-Disposition header.');
  const [type = ''] = text.split(';', 1);
  if (type.trim().toLowerCase() !== 'form-data') {
    throw malformed('The Content-Disposition of a part of the upload does not begin with form-data.');
  }
  const parameters = parseHeaderValue(text)?.parameters ?? looseParameters(text);
  const field = parameters.get('name');
  if (field === undefined) throw malformed('A part of the upload does not say which form field it is.');
  const fileName =
    parameters.get('filename') ?? extendedFileName(parameters.get('filename*')) ?? continuedFileName(parameters);
  return { field, ...(fileName === undefined ? {} : { fileName }) };
}

/** Reads the three parameters that are used from a header that breaks the grammar. */
function looseParameters(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const name = startOf(text, 'name');
  if (name !== undefined) parameters.set('name', fieldAt(text, name));
  for (const parameter of ['filename', 'filename*']) {
    const start = startOf(text, parameter);
    if (start !== undefined) parameters.set(parameter, looseValue(text.slice(start)));
  }
  return parameters;
}

/**
 * Returns the offset of a parameter's value. A parameter that comes twice is refused, and so is one that comes once more
 * behind a quote: two readers may take different ones.
 */
function startOf(text: string, parameter: string): number | undefined {
  const [first, second] = text.matchAll(new RegExp(`[;"]\\s*${parameter.replace('*', '\\*')}\\s*=\\s*`, 'gi'));
  if (second === undefined) return first?.[0].startsWith(';') ? first.index + first[0].length : undefined;
  throw malformed(
    parameter === 'name'
      ? 'A part of the upload names its form field twice.'
      : 'A part of the upload has two file names.',
  );
}

/** Reads the name of the form field, which decides what the part is and therefore must keep to the grammar. */
function fieldAt(text: string, start: number): string {
  const [, quoted, token] = /^(?:"([^"\\]*)"|([^\s;"]+))\s*(?:;|$)/.exec(text.slice(start)) ?? [];
  if (quoted !== undefined) return quoted;
  if (token !== undefined && isToken(token)) return token;
  throw malformed('A part of the upload names its form field in a way that cannot be read.');
}

/** Reads a value that breaks the grammar: up to the first well-formed parameters, else to the last quote or the end. */
function looseValue(text: string): string {
  const isQuoted = text.startsWith('"');
  const value = isQuoted ? text.slice(1) : text;
  const ends = [...value.matchAll(isQuoted ? /"/g : /;/g)].map(({ index }) => index).slice(-MAX_ENDS);
  const end =
    ends.find((at) => isEndOfParameters(value.slice(isQuoted ? at + 1 : at))) ?? (isQuoted ? ends.at(-1) : undefined);
  return value.slice(0, end).trim();
}

function isEndOfParameters(text: string): boolean {
  return /^\s*(?:;|$)/.test(text) && parseHeaderValue(`form-data${text}`) !== undefined;
}

/**
 * Joins a long name that a mail library cut into `filename*0`, `filename*1` and so on, encoded or not (RFC 2231, 3).
 */
function continuedFileName(parameters: ReadonlyMap<string, string>): string | undefined {
  const pieces: string[] = [];
  for (;;) {
    const name = `filename*${pieces.length}`;
    const extended = parameters.get(`${name}*`);
    // In a piece that is not encoded, a percent sign is literal.
    const piece = parameters.get(name)?.replaceAll('%', '%25') ?? extended;
    if (piece === undefined) break;
    pieces.push(piece);
  }
  return pieces.length === 0 ? undefined : extendedFileName(pieces.join(''));
}

/**
 * Decodes `filename*` (RFC 8187), which some clients send although RFC 7578 does not allow it, not always well-formed.
 */
function extendedFileName(value: string | undefined): string | undefined {
  return value === undefined ? undefined : utf8.decode(decodePercents(value.replace(/^[\w.:-]*'[^']*'/, '')));
}

/** Decodes each percent sign with two digits, in every charset: no ending may hide behind an unknown charset. */
function decodePercents(text: string): Buffer {
  const bytes = Buffer.from(text).toString('latin1');
  const decoded = bytes.replace(/%([\da-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(decoded, 'latin1');
}
