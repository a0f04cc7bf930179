import { SIGNATURE_BYTES } from '@plantcommunity/identification/photo-formats';
import { DEVICE_TIMEOUT_MS, DeviceTimeout, withTimeout } from '../../../lib/timeout.ts';
import { checkPhoto, type RejectedFile } from './photo-check.ts';

interface FileSelection {
  /** In-memory copy of the first usable file. */
  file: File | undefined;
  /** Rejected files before the usable one, or all files when none is usable. */
  rejected: readonly RejectedFile[];
  /** Number of files after the usable one; they are not checked, because one photo is identified at a time. */
  leftOut: number;
}

export interface ReadOptions {
  maxBytes: number;
  /** Names of files that are folders; browsers hand over a dropped folder as a file. */
  folders: readonly string[];
  /** Called with a message for people when this device takes long to hand over a file. */
  onSlow: (file: RejectedFile) => void;
}

const BADGE = 'File';
const NO_FILE: RejectedFile = {
  name: 'What you dropped',
  badge: BADGE,
  title: 'No file arrived',
  reason: 'There was no file in it. Save the picture on this device first, then choose it.',
};
const IS_FOLDER = {
  badge: 'Folder',
  title: 'That’s a folder',
  reason: 'This is a folder. Open it and choose a photo in it.',
};
const IS_SLOW = {
  badge: 'Waiting',
  title: 'Waiting for your photo',
  reason:
    'Your device hasn’t handed it over yet; it may be coming from the cloud. It will appear here as soon as it arrives.',
  isPending: true,
} as const;
const TOO_BIG_FOR_MEMORY = 'This browser can’t hold it in memory. Close some other tabs, then choose it again.';

/** Reads and checks files until one can be used. Never throws: an unreadable file counts as rejected. */
export async function selectFirstUsable(files: readonly File[], options: ReadOptions): Promise<FileSelection> {
  if (files.length === 0) return { file: undefined, rejected: [NO_FILE], leftOut: 0 };
  const rejected: RejectedFile[] = [];
  for (const [index, file] of files.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- the first good one ends it
    const checked = await readAndCheck(file, options);
    if (checked instanceof File) return { file: checked, rejected, leftOut: files.length - index - 1 };
    rejected.push(checked);
  }
  return { file: undefined, rejected, leftOut: 0 };
}

async function readAndCheck(file: File, { maxBytes, folders, onSlow }: ReadOptions): Promise<File | RejectedFile> {
  const { name } = file;
  if (folders.includes(name)) return { name, ...IS_FOLDER };
  const slow = () => onSlow({ name, ...IS_SLOW });
  try {
    const head = await readHead(file, SIGNATURE_BYTES, slow);
    const checked = checkPhoto(file, head, maxBytes);
    return checked.ok ? await copyFile(checked.file, slow) : checked.rejected;
  } catch (error) {
    const reason = error instanceof UnreadableFile ? error.message : TOO_BIG_FOR_MEMORY;
    return { name, badge: BADGE, title: 'This file can’t be opened', reason };
  }
}

/** Time limit for each piece of a file that is fetched from a cloud while it is read. */
const SILENCE_MS = 30_000;

const AGAIN = 'Open it in your gallery, then choose it again.';

/** Error of a file that this device lists but does not hand over. `message` is shown to people. */
class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** Reads a file's first bytes. `onSlow` is called once they are a second late; the reading goes on. */
async function readHead(file: File, byteCount: number, onSlow: () => void): Promise<Uint8Array> {
  try {
    // In Chromium a deleted file has size 0; only reading the whole file fails.
    const head = file.size === 0 ? file : file.slice(0, byteCount);
    return new Uint8Array(await unlessSilent(head.arrayBuffer(), onSlow));
  } catch (error) {
    throw new UnreadableFile(reasonOf(error), { cause: error });
  }
}

/**
 * Copies a file into memory, so that it can be sent even if it is changed, moved or deleted meanwhile. Each piece has its
 * own limit, because ten megabytes from a slow card take longer than a second. The file is opened once and read from
 * its start: on Android, a file from a cloud cannot be read from its middle, and may look changed when it is opened
 * again.
 */
async function copyFile(file: File, onSlow: () => void): Promise<File> {
  const { lastModified, name, size, type } = file;
  const pieces: BlobPart[] = [];
  try {
    const reader = file.stream().getReader();
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one piece after the other
      const { done, value } = await unlessSilent(reader.read(), onSlow);
      if (done) break;
      pieces.push(value);
    }
  } catch (error) {
    throw new UnreadableFile(reasonOf(error), { cause: error });
  }
  const copy = new File(pieces, name, { type, lastModified });
  if (copy.size < size) throw new UnreadableFile(`This device handed over only a part of it. ${AGAIN}`);
  return copy;
}

async function unlessSilent<T>(reading: Promise<T>, onSlow: () => void): Promise<T> {
  try {
    return await withTimeout(reading);
  } catch (error) {
    if (!(error instanceof DeviceTimeout)) throw error;
    onSlow();
    return withTimeout(reading, SILENCE_MS - DEVICE_TIMEOUT_MS);
  }
}

/** Returns the sentence for an error of reading a file (File API, section 7.1). */
function reasonOf(error: unknown): string {
  if (error instanceof DeviceTimeout) return `This device doesn’t hand it over. ${AGAIN}`;
  switch (error instanceof DOMException ? error.name : undefined) {
    case 'NotFoundError':
      return 'It is no longer where it was. Please choose it again.';
    case 'SecurityError':
      return 'This browser isn’t allowed to open it. Please save it somewhere else, then choose it again.';
    default:
      return `This device lists it but can’t open it. It may be in the cloud only, or have changed. ${AGAIN}`;
  }
}
