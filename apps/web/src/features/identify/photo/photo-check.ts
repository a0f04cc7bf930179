import { hidesCharacters } from '@plantcommunity/http/file-name';
import { endsLikePicture, fileNameFault } from '@plantcommunity/identification/file-name';
import { bytesText, oversizeText } from '../../../lib/format/amounts.ts';
import { fileKind, type PhotoKind } from './photo-kind.ts';

/** A file that cannot be used, with its reason and remedy in one text. */
export interface Refusal {
  name: string;
  /** Three to seven letters in place of a picture: "PDF", "12 MB". */
  badge: string;
  reason: string;
  /** Heading in place of the usual one. */
  title?: string;
  /** Set while the file may still become usable by itself. */
  isPending?: true;
}

export type Checked = { ok: true; file: File } | { ok: false; refusal: Refusal };

const FORMATS = 'Choose a JPEG, PNG, WebP or GIF.';
const EXTENSIONS: Record<PhotoKind, readonly string[]> = {
  JPEG: ['jpg', 'jpeg', 'jpe', 'jfif'],
  PNG: ['png'],
  WebP: ['webp'],
  GIF: ['gif'],
};

/**
 * Checks a file before it is sent: its format by `head`, its first bytes, then its name and its size. A photo gets the
 * ending of its true format. As on the server, which decides in the end, only the ending of a known other format, a
 * leading dot and hidden characters in its name refuse it.
 */
export function checkPhoto(file: File, head: Uint8Array, maxBytes: number): Checked {
  const extension = /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const kind = fileKind(head);
  const refuse = (badge: string, reason: string): Checked => ({
    ok: false,
    refusal: { name: file.name, badge, reason },
  });

  if (file.size === 0) return refuse('Empty', 'There is nothing in this file. Choose another one.');
  if (!kind.photo) {
    const badge = kind.name?.split(' ')[0] ?? 'File';
    if (kind.name === 'HEIC' || kind.name === 'AVIF') {
      return refuse(badge, `${kind.name} photos cannot be read here yet. ${FORMATS}`);
    }
    const inside = kind.name === undefined ? 'it is no photo' : `it is ${kind.name === 'text' ? '' : 'a '}${kind.name}`;
    return refuse(
      badge,
      endsLikePicture(file.name)
        ? `It says photo, but inside ${inside}. ${FORMATS}`
        : `This is no photo: ${inside}. ${FORMATS}`,
    );
  }
  if (hidesCharacters(file.name)) {
    return refuse('Name', 'Its name holds characters that hide how it ends. Rename it and try again.');
  }
  const fault = fileNameFault(file.name);
  if (fault?.type === 'other_format') {
    return refuse(
      fault.ending.slice(0, 7).toUpperCase(),
      `Its name ends in .${fault.ending}, which is no photo. ${FORMATS}`,
    );
  }
  if (fault?.type === 'dot_file') {
    return refuse('Name', 'Its name starts with a dot, like that of a hidden file. Rename it and try again.');
  }
  if (file.size > maxBytes) {
    return refuse(
      bytesText(file.size, 0),
      `${oversizeText(file.size)}; ${bytesText(maxBytes, 0)} is the most. Make it smaller and it will fit.`,
    );
  }
  return { ok: true, file: underTrueName(file, kind.photo, extension) };
}

/** Renames a photo to its true format: replaces the ending of another picture format, and appends to any other name. */
function underTrueName(file: File, kind: PhotoKind, extension: string): File {
  const type = `image/${kind.toLowerCase()}`;
  const [usual = ''] = EXTENSIONS[kind];
  if (EXTENSIONS[kind].includes(extension) && file.type === type) return file;
  const stem = endsLikePicture(file.name) ? file.name.slice(0, -extension.length - 1) : file.name;
  const name = EXTENSIONS[kind].includes(extension) ? file.name : `${stem || 'photo'}.${usual}`;
  return new File([file], name, { type, lastModified: file.lastModified });
}
