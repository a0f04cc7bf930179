import { HttpError, malformed } from '../errors.ts';
import { hidesCharacters, shownFieldName, shownFileName } from './file-name.ts';
import { type PartHeader, parsePartHeader } from './part-header.ts';
import type { PartSink } from './part-splitter.ts';
import { type CollectedPhoto, createPhotoBuffer } from './photo-buffer.ts';
import { photosIn, photoTooLarge, type UploadLimits } from './size.ts';
import { decodeText, type FieldValue, looksLikeText, textKind } from './text-part.ts';

const MAX_FILE_NAME = 255;
const MAX_VALUE_BYTES = 256;
/** Number of bytes by which a photo without a file name is told from text. */
const HEAD_BYTES = 512;

/** What an upload may hold. */
export interface UploadForm extends UploadLimits {
  /** The field of the photos. */
  photoField: string;
  /** The text fields: `list` takes one value for each photo, `single` one. */
  textFields: Readonly<Record<string, 'single' | 'list'>>;
  /** Fields that clients send and that are not read. */
  ignoredFields: readonly string[];
}

/** A photo as it was sent. */
export interface UploadedPhoto extends CollectedPhoto {
  /** The client's file name, in the form in which it may be shown. */
  name: string;
  /** The declared media type, lower case; empty when none was declared. */
  declaredType: string;
}

/** An upload that was read to its end. */
export interface Upload {
  /** 1 to `maxPhotos`, in order. */
  photos: UploadedPhoto[];
  /** The text fields that were sent, by name; their values are not judged yet. */
  fields: ReadonlyMap<string, readonly FieldValue[]>;
}

/** Gathers the parts of one upload and refuses fields that the form does not have. */
interface FormReader extends PartSink {
  /** @throws {HttpError} `missing_image` */
  finish(): Upload;
}

interface OpenPart {
  content(piece: Buffer): void;
  end(): void;
}

const IGNORED_PART: OpenPart = { content() {}, end() {} };

export function createFormReader(form: UploadForm, expected?: number): FormReader {
  const { ignoredFields, maxBytes, maxPhotos, photoField, textFields } = form;
  const maxValues = new Map(Object.entries(textFields).map(([name, type]) => [name, type === 'list' ? maxPhotos : 1]));
  const photos: UploadedPhoto[] = [];
  const fields = new Map<string, FieldValue[]>();
  const mostParts = maxPhotos * 3 + maxValues.size;
  let parts = 0;
  let part: OpenPart | undefined;

  return {
    begin(header) {
      parts += 1;
      if (parts > mostParts) throw malformed(`The upload has more than ${mostParts} parts.`);
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
    const most = maxValues.get(field);
    if (most === undefined) {
      const shown = shownFieldName(field);
      throw new HttpError('unknown_field', `The upload has a field “${shown}”, which we do not know.`);
    }
    return openText(header, field, most);
  }

  /** Several clients write `[]` behind the name of a list. */
  function fieldOf(name: string): string {
    const list = name.endsWith('[]') ? name.slice(0, -'[]'.length) : name;
    return list === photoField || textFields[list] === 'list' ? list : name;
  }

  function openPhoto({ fileName: sentName, type }: PartHeader): OpenPart {
    const index = photos.length;
    const called = `Photo ${index + 1}`;
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
        if (index === maxPhotos) throw malformed(`The upload has more than ${photosIn(maxPhotos)}.`);
        if (sentName === undefined && head.length < HEAD_BYTES) {
          head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)]);
        }
        buffer.add(piece);
      },
      end() {
        if (buffer.size === 0) {
          // Browsers send this for a file field that was left empty.
          if (fileName === '') return;
          throw new HttpError('missing_image', `${called} is empty.`);
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

  function openText(header: PartHeader, field: string, most: number): OpenPart {
    const kind = textKind(header, field);
    const values = fields.get(field) ?? [];
    if (values.length === most)
      throw malformed(`The field “${field}” comes more than ${most === 1 ? 'once' : `${most} times`}.`);
    const pieces: Buffer[] = [];
    let size = 0;
    return {
      content(piece) {
        size += piece.length;
        if (size > MAX_VALUE_BYTES) throw malformed(`The field “${field}” is longer than ${MAX_VALUE_BYTES} bytes.`);
        pieces.push(piece);
      },
      end() {
        fields.set(field, [...values, { text: decodeText(Buffer.concat(pieces), field), ...kind }]);
      },
    };
  }
}
