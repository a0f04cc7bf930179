import type { UploadedPhoto } from '@plantcommunity/identification';
import { hidesCharacters } from '@plantcommunity/identification/photo-name';
import { shownFieldName, shownFileName } from './file-name.ts';
import { type PartHeader, parsePartHeader } from './part-header.ts';
import type { PartSink } from './part-splitter.ts';
import { createPhotoBuffer } from './photo-buffer.ts';
import { photosIn, photoTooLarge, type UploadLimits } from './size.ts';
import { malformed, UploadError } from './upload-error.ts';

const PHOTO_FIELD = 'image';
const MAX_FILE_NAME = 255;
const MAX_VALUE_BYTES = 256;

/** An upload that was read to its end. */
export interface Upload {
  /** 1 to `maxPhotos`, in order. */
  photos: UploadedPhoto[];
  /** The text fields that were sent, by name; their values are not judged yet. */
  fields: ReadonlyMap<string, readonly string[]>;
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

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
  const fields = new Map<string, string[]>();
  const mostParts = limits.maxPhotos * 2 + mostOf.size;
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
      if (photos.length === 0) throw new UploadError('missing_image', 'Please choose a photo: the upload holds none.');
      return { photos, fields };
    },
  };

  function open(header: PartHeader): OpenPart {
    if (header.field === PHOTO_FIELD) return openPhoto(header);
    const most = mostOf.get(header.field);
    const shown = shownFieldName(header.field);
    if (most === undefined) {
      throw new UploadError('unknown_field', `The upload has a field “${shown}”, which we do not know.`);
    }
    if (header.fileName !== undefined) throw malformed(`The field “${shown}” holds a file; it must be text.`);
    if (header.type !== '' && header.type !== 'text/plain') throw malformed(`The field “${shown}” must be plain text.`);
    return openText(header.field, most);
  }

  function openPhoto({ fileName, type }: PartHeader): OpenPart {
    const index = photos.length;
    const called = `Photo ${index + 1}`;
    if (fileName === undefined) throw malformed(`The field “${PHOTO_FIELD}” holds text; it must be a file.`);
    if (fileName.length > MAX_FILE_NAME) {
      throw malformed(`The file name of photo ${index + 1} is longer than ${MAX_FILE_NAME} characters.`);
    }
    if (hidesCharacters(fileName)) {
      const what = 'control characters, or characters that turn its direction of writing';
      throw malformed(`The file name of photo ${index + 1} holds ${what}. Please rename the file.`);
    }
    const buffer = createPhotoBuffer(limits.maxBytes, expected);
    return {
      content(piece) {
        if (index === limits.maxPhotos) throw malformed(`The upload has more than ${photosIn(limits.maxPhotos)}.`);
        buffer.add(piece);
      },
      end() {
        if (buffer.size === 0) {
          // What a browser sends for a file field nobody filled in.
          if (fileName === '') return;
          throw new UploadError('missing_image', `${called} is empty.`, { photo: index });
        }
        if (buffer.size > limits.maxBytes) throw photoTooLarge(index, buffer.size, limits.maxBytes);
        photos.push(Object.assign(buffer.finish(), { name: shownFileName(fileName), declaredType: type }));
      },
    };
  }

  function openText(field: string, most: number): OpenPart {
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
        fields.set(field, [...values, decode(Buffer.concat(pieces), field)]);
      },
    };
  }
}

function decode(bytes: Buffer, field: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed(`The field “${field}” is not UTF-8 text.`);
  }
}
