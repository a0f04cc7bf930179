import { HttpError, malformed } from '../errors.ts';
import { hidesCharacters, shownFieldName, shownFileName } from './file-name.ts';
import { type PartHeader, parsePartHeader } from './part-header.ts';
import type { PartSink } from './part-splitter.ts';
import { type CollectedPhoto, createPhotoBuffer } from './photo-buffer.ts';

const MAX_FILE_NAME = 255;
const MAX_VALUE_BYTES = 256;
/** Number of bytes that decide whether a part without a file name is text. */
const HEAD_BYTES = 512;

export interface UploadLimits {
  /** Of one photo. */
  maxBytes: number;
  maxPhotos: number;
}

/** The fields of an upload, and their limits. */
export interface UploadForm extends UploadLimits {
  photoField: string;
  /** The text fields: `list` takes one value for each photo, `single` one. */
  textFields: Readonly<Record<string, 'single' | 'list'>>;
  /** Fields that clients send and that are not read. */
  ignoredFields: readonly string[];
}

/** A photo as it was uploaded; its bytes have not been inspected yet. */
export interface UploadedPhoto extends CollectedPhoto {
  /**
   * The client's file name, in the form in which it may be shown; for messages only, never for a path or a header, nor as
   * the only reason of a decision.
   */
  name: string;
  /** The declared media type, lower case; empty when none was declared. */
  declaredType: string;
}

/** One value of a text field. */
export interface FieldValue {
  text: string;
  /** Declared as JSON, as generated clients send lists and scalars. */
  isJson: boolean;
}

/** An upload that was read to its end. */
export interface Upload {
  /** 1 to `maxPhotos`, in order. */
  photos: UploadedPhoto[];
  /** The text fields that were sent, by name; the values are not validated. */
  fields: ReadonlyMap<string, readonly FieldValue[]>;
}

/** Collects the parts of one upload and refuses fields that the form does not have. */
interface FormReader extends PartSink {
  /** @throws {HttpError} `missing_image` */
  finish(): Upload;
}

interface OpenPart {
  content(piece: Buffer): void;
  end(): void;
}

const IGNORED_PART: OpenPart = { content() {}, end() {} };

/** @param expected bytes of the whole body, if declared */
export function createFormReader(form: UploadForm, expected?: number): FormReader {
  const { ignoredFields, maxBytes, maxPhotos, photoField, textFields } = form;
  const maxValues = new Map(Object.entries(textFields).map(([name, type]) => [name, type === 'list' ? maxPhotos : 1]));
  const photos: UploadedPhoto[] = [];
  const fields = new Map<string, FieldValue[]>();
  const maxParts = maxPhotos * 3 + maxValues.size;
  let parts = 0;
  let part: OpenPart | undefined;

  return {
    begin(header) {
      parts += 1;
      if (parts > maxParts) throw malformed(`The upload has more than ${maxParts} parts.`);
      part = open(parsePartHeader(header));
    },
    content: (piece) => part?.content(piece),
    end() {
      part?.end();
      part = undefined;
    },
    finish() {
      if (photos.length === 0)
        throw new HttpError('missing_image', `Please choose a photo: the field “${photoField}” holds none.`);
      return { photos, fields };
    },
  };

  function open(header: PartHeader): OpenPart {
    const field = fieldOf(header.field);
    if (field === photoField) return openPhoto(header);
    if (ignoredFields.includes(field)) return IGNORED_PART;
    const max = maxValues.get(field);
    if (max === undefined) {
      const shown = shownFieldName(field);
      throw new HttpError('unknown_field', `The upload has a field “${shown}”, which we do not know.`);
    }
    return openText(header, field, max);
  }

  /** Returns the field that a name means: several clients append `[]` to the name of a list. */
  function fieldOf(name: string): string {
    const list = name.endsWith('[]') ? name.slice(0, -'[]'.length) : name;
    return list === photoField || textFields[list] === 'list' ? list : name;
  }

  function openPhoto({ fileName: sentName, type }: PartHeader): OpenPart {
    const index = photos.length;
    const fileName = sentName ?? '';
    if (fileName.length > MAX_FILE_NAME) {
      throw malformed(`The file name of photo ${index + 1} is longer than ${MAX_FILE_NAME} characters.`);
    }
    if (hidesCharacters(fileName)) {
      const what = 'control characters, or characters that turn its direction of writing';
      throw malformed(`The file name of photo ${index + 1} holds ${what}. Please rename the file.`);
    }
    let head = Buffer.alloc(0);
    const buffer = createPhotoBuffer(maxBytes, expected);
    return {
      content(piece) {
        if (index === maxPhotos) throw malformed(`The upload has more than ${photoCount(maxPhotos)}.`);
        if (sentName === undefined && head.length < HEAD_BYTES) {
          head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)]);
        }
        buffer.add(piece);
      },
      end() {
        if (buffer.size === 0) {
          // Browsers send an empty part for a file field that was left empty.
          if (fileName === '') return;
          throw new HttpError('missing_image', `Photo ${index + 1} is empty.`);
        }
        // A part without a file name is text, unless its bytes say otherwise.
        if (sentName === undefined && looksLikeText(head)) {
          throw malformed(`The field “${photoField}” holds text; it must be a file.`);
        }
        if (buffer.size > maxBytes) throw photoTooLarge(index, buffer.size, maxBytes);
        photos.push(Object.assign(buffer.finish(), { name: shownFileName(fileName), declaredType: type }));
      },
    };
  }

  function openText(header: PartHeader, field: string, max: number): OpenPart {
    const isJson = isJsonField(header, field);
    const values = fields.get(field) ?? [];
    if (values.length === max)
      throw malformed(`The field “${field}” comes more than ${max === 1 ? 'once' : `${max} times`}.`);
    const pieces: Buffer[] = [];
    let size = 0;
    return {
      content(piece) {
        size += piece.length;
        if (size > MAX_VALUE_BYTES) throw malformed(`The field “${field}” is longer than ${MAX_VALUE_BYTES} bytes.`);
        pieces.push(piece);
      },
      end() {
        fields.set(field, [...values, { text: decodeText(Buffer.concat(pieces), header.charset, field), isJson }]);
      },
    };
  }
}

/** Media types that clients declare for plain text; only `text/plain` and `text/*` say what it is. */
const TEXT_TYPES = new Set(['', 'text/plain', 'text/*', '*/*', 'application/octet-stream', 'multipart/form-data']);
const JSON_TYPE = /^(?:application|text)\/(?:[\w.-]+\+)?json$/;
/** Matches file names under which text may be sent, such as `blob`, `language.txt` and `organs.json`. */
const TEXT_ENDING = /^[^.]*(?:\.(?:txt|json))?$/i;

/**
 * Whether a text field is JSON. Some clients give text a file name, which is accepted unless it has the ending of
 * another kind of file.
 * @throws {HttpError} `malformed_upload` when the part declares anything but text or JSON
 */
function isJsonField({ fileName = '', type }: PartHeader, field: string): boolean {
  const isJson = JSON_TYPE.test(type);
  const isText = isJson || TEXT_TYPES.has(type);
  if (fileName !== '' && (!isText || !TEXT_ENDING.test(fileName))) {
    throw malformed(`The field “${field}” holds a file; it must be text.`);
  }
  if (!isText) throw malformed(`The field “${field}” must be plain text or JSON.`);
  return isJson;
}

const STRICT = { fatal: true, ignoreBOM: true };

/** Some clients declare it and send UTF-8, which it is a part of. `TextDecoder` would read other letters from that. */
const ASCII = /^(?:us-)?ascii$/i;

/**
 * Decodes a text field in its declared encoding (RFC 7578, 4.4), or UTF-8 if that is unknown.
 * @throws {HttpError} `malformed_upload` when it is not text in that encoding
 */
function decodeText(bytes: Buffer, charset: string, field: string): string {
  const decoder = decoderOf(charset);
  try {
    return decoder.decode(bytes);
  } catch {
    throw malformed(`The field “${field}” is not ${decoder.encoding.toUpperCase()} text.`);
  }
}

function decoderOf(charset: string) {
  try {
    return new TextDecoder(charset === '' || ASCII.test(charset) ? 'utf-8' : charset, STRICT);
  } catch {
    return new TextDecoder('utf-8', STRICT);
  }
}

/**
 * Whether content that begins with these bytes is text: UTF-8 without a NUL. No picture format passes: JPEG and PNG
 * begin with bytes that are not UTF-8, the headers of GIF, WebP and HEIC hold NULs.
 */
function looksLikeText(head: Buffer): boolean {
  if (head.includes(0)) return false;
  try {
    // In stream mode, because the head may end inside a character.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Bytes of a megabyte, as in UPLOAD_MAX_MB. */
const MEGABYTE = 1_048_576;
/** Room for boundaries, part headers and text fields of the largest upload. */
const ENVELOPE_BYTES = 64 * 1024;

/** Returns the maximum size of a whole upload in bytes. */
export function maxUploadBytes({ maxBytes, maxPhotos }: UploadLimits): number {
  return maxPhotos * maxBytes + ENVELOPE_BYTES;
}

/** @param bytes undefined when the client declared no size */
export function uploadTooLarge(bytes: number | undefined, limits: UploadLimits): HttpError {
  const value = bytes === undefined ? `more than ${inMegabytes(maxUploadBytes(limits))}` : `${roundedUp(bytes)}`;
  const most = `${photoCount(limits.maxPhotos)} of ${inMegabytes(limits.maxBytes)} MB`;
  return new HttpError('photo_too_large', `The upload is ${value} MB; it may hold at most ${most}.`);
}

function photoTooLarge(index: number, bytes: number, max: number): HttpError {
  return new HttpError('photo_too_large', oversizedPhotoMessage(index, bytes, max));
}

/** Returns the message for a photo over the size limit; `index` is its place in the upload, from 0. */
export function oversizedPhotoMessage(index: number, bytes: number, max: number): string {
  return `Photo ${index + 1} is ${roundedUp(bytes)} MB; ${inMegabytes(max)} MB is the most.`;
}

function photoCount(count: number): string {
  return count === 1 ? '1 photo' : `${count} photos`;
}

/** Converts bytes to megabytes, rounded up, so that 10 MB and one byte do not read as 10 MB. */
function roundedUp(bytes: number): number {
  return Math.ceil((bytes / MEGABYTE) * 10) / 10;
}

/** Converts bytes to megabytes with at most one decimal, rounded down. */
export function inMegabytes(bytes: number): number {
  return Math.floor((bytes / MEGABYTE) * 10) / 10;
}
