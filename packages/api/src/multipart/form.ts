import type { UploadedPhoto } from '@plantcommunity/identification';
import { hidesCharacters } from '@plantcommunity/identification/photo-name';
import { shownFieldName, shownFileName } from './file-name.ts';
import { type PartHeader, parsePartHeader } from './part-header.ts';
import type { PartSink } from './part-splitter.ts';
import { createPhotoBuffer } from './photo-buffer.ts';
import { photosIn, photoTooLarge, type UploadLimits } from './size.ts';
import { decodeText, type FieldValue, looksLikeText, textKind } from './text-part.ts';
import { malformed, UploadError } from './upload-error.ts';

const PHOTO_FIELD = 'image';
/** Fields that clients of the former system send and that it never read. */
const IGNORED_FIELDS: ReadonlySet<string> = new Set(['image_url']);
/** Matches the names of lists as several clients write them, with `[]` behind. */
const LIST_NAME = /^(image|organs)\[\]$/;
const MAX_FILE_NAME = 255;
const MAX_VALUE_BYTES = 256;
/** Number of bytes by which a photo without a file name is told from text. */
const HEAD_BYTES = 512;

/** An upload that was read to its end. */
export interface Upload {
  /** 1 to `maxPhotos`, in order. */
  photos: UploadedPhoto[];
  /** The text fields that were sent, by name; their values are not judged yet. */
  fields: ReadonlyMap<string, readonly FieldValue[]>;
}

/** Gathers the parts of one upload and refuses what the wire contract does not know. */
export interface Form extends PartSink {
  /** @throws {UploadError} `missing_image` */
  finish(): Upload;
}

interface OpenPart {
  content(piece: Buffer): void;
  end(): void;
}

const IGNORED_PART: OpenPart = { content() {}, end() {} };

export function createForm(limits: UploadLimits, expected?: number): Form {
  const mostOf = new Map([
    ['organs', limits.maxPhotos],
    ['include_diseases', 1],
    ['latitude', 1],
    ['longitude', 1],
    ['language', 1],
    ['project', 1],
  ]);
  const photos: UploadedPhoto[] = [];
  const fields = new Map<string, FieldValue[]>();
  const mostParts = limits.maxPhotos * 3 + mostOf.size;
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
        throw new UploadError('missing_image', `Please choose a photo: the field “${PHOTO_FIELD}” holds none.`);
      return { photos, fields };
    },
  };

  function open(header: PartHeader): OpenPart {
    const field = LIST_NAME.exec(header.field)?.[1] ?? header.field;
    if (field === PHOTO_FIELD) return openPhoto(header);
    if (IGNORED_FIELDS.has(field)) return IGNORED_PART;
    const most = mostOf.get(field);
    if (most === undefined) {
      const shown = shownFieldName(field);
      throw new UploadError('unknown_field', `The upload has a field “${shown}”, which we do not know.`);
    }
    return openText(header, field, most);
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
    const buffer = createPhotoBuffer(limits.maxBytes, expected);
    return {
      content(piece) {
        if (index === limits.maxPhotos) throw malformed(`The upload has more than ${photosIn(limits.maxPhotos)}.`);
        if (sentName === undefined && head.length < HEAD_BYTES) {
          head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES - head.length)]);
        }
        buffer.add(piece);
      },
      end() {
        if (buffer.size === 0) {
          // Browsers send this for a file field that was left empty.
          if (fileName === '') return;
          throw new UploadError('missing_image', `${called} is empty.`, { photo: index });
        }
        // A part without a file name is text, unless its bytes say otherwise.
        if (sentName === undefined && looksLikeText(head)) {
          throw malformed(`The field “${PHOTO_FIELD}” holds text; it must be a file.`);
        }
        if (buffer.size > limits.maxBytes) throw photoTooLarge(index, buffer.size, limits.maxBytes);
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
