import { hidesCharacters } from '@plantcommunity/http/file-name';
import { endsLikePicture, fileNameFault } from '@plantcommunity/identification/file-name';
import {
  detectFormat,
  FORMAT_NAMES,
  PHOTO_FORMATS,
  type PhotoFormat,
} from '@plantcommunity/identification/photo-formats';
import { bytesText, oversizeText } from '../../../lib/format/amounts.ts';
import { nameOtherFormat } from './other-formats.ts';

/** A file that cannot be used, with its reason and remedy in one text. */
export interface RejectedFile {
  name: string;
  /** Short text in place of a thumbnail: "PDF", "12 MB". */
  badge: string;
  reason: string;
  /** Replaces the usual heading. */
  title?: string;
  /** Set while the device may still hand over the file. */
  isPending?: true;
}

type CheckResult = { ok: true; file: File } | { ok: false; rejected: RejectedFile };

const REMEDY = `Choose a ${FORMAT_NAMES}.`;

/**
 * Checks a file before it is sent: its format by `head`, its first bytes, then its name and size. A photo gets the
 * extension of its true format. Like the server, which decides in the end, rejects only names with the extension of
 * another known format, a leading dot or hidden characters.
 */
export function checkPhoto(file: File, head: Uint8Array, maxBytes: number): CheckResult {
  const extension = /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const type = detectFormat(head);
  const reject = (badge: string, reason: string): CheckResult => ({
    ok: false,
    rejected: { name: file.name, badge, reason },
  });

  if (file.size === 0) return reject('Empty', 'There is nothing in this file. Choose another one.');
  if (type === undefined) {
    const other = nameOtherFormat(head);
    const badge = other?.split(' ')[0] ?? 'File';
    const inside = other === undefined ? 'it is no photo' : `it is ${other === 'text' ? '' : 'a '}${other}`;
    return reject(
      badge,
      endsLikePicture(file.name)
        ? `It says photo, but inside ${inside}. ${REMEDY}`
        : `This is no photo: ${inside}. ${REMEDY}`,
    );
  }
  if (hidesCharacters(file.name)) {
    return reject('Name', 'Its name holds characters that hide how it ends. Rename it and try again.');
  }
  const nameError = fileNameFault(file.name);
  if (nameError?.type === 'other_format') {
    return reject(
      nameError.ending.slice(0, 7).toUpperCase(),
      `Its name ends in .${nameError.ending}, which is no photo. ${REMEDY}`,
    );
  }
  if (nameError?.type === 'dot_file') {
    return reject('Name', 'Its name starts with a dot, like that of a hidden file. Rename it and try again.');
  }
  if (file.size > maxBytes) {
    return reject(
      bytesText(file.size, 0),
      `${oversizeText(file.size)}; ${bytesText(maxBytes, 0)} is the most. Make it smaller and it will fit.`,
    );
  }
  return { ok: true, file: underTrueName(file, PHOTO_FORMATS[type], extension) };
}

/** Gives a photo the extension of its true format: replaces that of another picture format, else appends it. */
function underTrueName(file: File, { extensions, mediaType }: PhotoFormat, extension: string): File {
  const isTrueName = extensions.includes(extension);
  if (isTrueName && file.type === mediaType) return file;
  const stem = endsLikePicture(file.name) ? file.name.slice(0, -extension.length - 1) : file.name;
  const name = isTrueName ? file.name : `${stem || 'photo'}.${extensions[0]}`;
  return new File([file], name, { type: mediaType, lastModified: file.lastModified });
}
