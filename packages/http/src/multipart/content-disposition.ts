import { malformed } from '../errors.ts';
import { isToken, parseHeaderValue } from './header-value.ts';

/** Field and file name in the Content-Disposition header of a part. */
export interface Disposition {
  /** The form field's name. */
  field: string;
  /** As the client wrote it; absent when the header has none. */
  fileName?: string;
}

type Parameters = ReadonlyMap<string, string>;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

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
function looseParameters(text: string): Parameters {
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
 * Returns the offset of a parameter's value. A parameter that comes twice is refused: two readers may take different
 * ones.
 */
function startOf(text: string, parameter: string): number | undefined {
  const [first, second] = text.matchAll(new RegExp(`;\\s*${parameter.replace('*', '\\*')}\\s*=\\s*`, 'gi'));
  if (second === undefined) return first && first.index + first[0].length;
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
function looseValue(rest: string): string {
  const isQuoted = rest.startsWith('"');
  const value = isQuoted ? rest.slice(1) : rest;
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
function continuedFileName(parameters: Parameters): string | undefined {
  const pieces: string[] = [];
  for (;;) {
    const name = `filename*${pieces.length}`;
    const extended = parameters.get(`${name}*`);
    // A percent sign stands for itself in a piece that is not encoded.
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
