import { isToken, parseHeaderValue } from './header-value.ts';
import { malformed } from './upload-error.ts';

/** What stands above a part's content. */
export interface PartHeader {
  /** The form field's name. */
  field: string;
  /** As the client wrote it; absent: the part is text. */
  fileName?: string;
  /** Media type without parameters, lower case, as the client wrote it; empty when none was declared. */
  type: string;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** RFC 7578, 4.7: nobody needs the others, and a part that means them would be read as something else. */
const PLAIN_ENCODINGS = new Set(['binary', '8bit', '7bit']);

/**
 * Reads a part's header lines (RFC 7578, 4; without their closing empty line). Unknown headers are ignored.
 * @throws {UploadError} `malformed_upload`
 */
export function parsePartHeader(block: Buffer): PartHeader {
  const headers = parseLines(utf8.decode(block));
  const disposition = parseHeaderValue(headers.get('content-disposition') ?? '');
  const field = disposition?.parameters.get('name');
  if (disposition?.value !== 'form-data' || field === undefined) {
    throw malformed('A part of the upload does not say which form field it is.');
  }
  if (!PLAIN_ENCODINGS.has((headers.get('content-transfer-encoding') ?? 'binary').toLowerCase())) {
    throw malformed('A part of the upload is encoded; please send it as it is.');
  }
  // Only the type itself is a claim: parameters that cannot be read are none, and neither is an empty label.
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1);
  const fileName = fileNameOf(disposition.parameters);
  return {
    field,
    type: type.trim().toLowerCase(),
    ...(fileName === undefined ? {} : { fileName }),
  };
}

function parseLines(block: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of block.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    // A lone CR, LF or NUL and a folded line are where readers part ways.
    if (!isToken(name) || /[\r\n\0]/.test(line) || headers.has(name)) {
      throw malformed('A part of the upload has a header that cannot be read.');
    }
    headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

/** RFC 7578 knows only `filename`; some clients send `filename*` (RFC 8187) for names beyond ASCII all the same. */
function fileNameOf(parameters: ReadonlyMap<string, string>): string | undefined {
  const extended = parameters.get('filename*');
  const plain = parameters.get('filename');
  if (plain !== undefined || extended === undefined) return plain;
  const [charset, , encoded, ...more] = extended.split("'");
  if (charset?.toLowerCase() === 'utf-8' && encoded !== undefined && more.length === 0) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      // Falls through: not UTF-8, or a percent sign without its digits.
    }
  }
  throw malformed('A file name in the upload cannot be read.');
}
