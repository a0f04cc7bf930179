import { malformed } from '../errors.ts';
import { parseDisposition } from './content-disposition.ts';
import { shownFieldName } from './file-name.ts';
import { isToken } from './header-value.ts';

/** What stands above a part's content. */
export interface PartHeader {
  /** The form field's name. */
  field: string;
  /** As the client wrote it; absent when the part has none. */
  fileName?: string;
  /** Media type without parameters, lower case, as the client wrote it; empty when none was declared. */
  type: string;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** Names of the headers that are read; others are ignored. */
const DISPOSITION = 'Content-Disposition';
const TYPE = 'Content-Type';
const ENCODING = 'Content-Transfer-Encoding';
/** RFC 7578, 4.7: clients need no others, and a part that means them would be read as something else. */
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
  // Parameters do not count, so that it does not matter whether they can be read.
  const [type = ''] = (valueOf(lines, TYPE) ?? '').split(';', 1);
  return { ...disposition, type: type.trim().toLowerCase() };
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
