import { malformed } from '../errors.ts';
import type { PartHeader } from './part-header.ts';

/** One value of a text field. */
export interface FieldValue {
  text: string;
  /** Declared as JSON, as generated clients send lists and scalars. */
  isJson: boolean;
}

/** Media types that clients declare for plain text; only `text/plain` and `text/*` say what it is. */
const TEXT_TYPES = new Set(['', 'text/plain', 'text/*', '*/*', 'application/octet-stream', 'multipart/form-data']);
const JSON_TYPE = /^(?:application|text)\/(?:[\w.-]+\+)?json$/;
/** Matches file names under which text may be sent, such as `blob`, `language.txt` and `organs.json`. */
const TEXT_ENDING = /^[^.]*(?:\.(?:txt|json))?$/i;

/**
 * Decides how a text field is read. Some clients give text a file name, which claims nothing unless it has the ending
 * of another kind of file.
 * @throws {HttpError} `malformed_upload` when the part declares anything but text or JSON
 */
export function textKind({ fileName = '', type }: PartHeader, field: string): Pick<FieldValue, 'isJson'> {
  const isJson = JSON_TYPE.test(type);
  const isText = isJson || TEXT_TYPES.has(type);
  if (fileName !== '' && (!isText || !TEXT_ENDING.test(fileName))) {
    throw malformed(`The field “${field}” holds a file; it must be text.`);
  }
  if (!isText) throw malformed(`The field “${field}” must be plain text or JSON.`);
  return { isJson };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes a text field. @throws {HttpError} `malformed_upload` when it is not UTF-8 */
export function decodeText(bytes: Buffer, field: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed(`The field “${field}” is not UTF-8 text.`);
  }
}

/**
 * Whether content that begins with these bytes is text: UTF-8 without a NUL. No picture format passes: JPEG and PNG
 * begin with bytes that are not UTF-8, the headers of GIF, WebP and HEIC hold NULs.
 */
export function looksLikeText(head: Buffer): boolean {
  if (head.includes(0)) return false;
  try {
    // In stream mode, because the head may end inside a character.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
