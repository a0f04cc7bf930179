import { checkPhoto, type Refusal } from './photo-check.ts';
import { SIGNATURE_BYTES } from './photo-kind.ts';
import { copyFile, readHead, UnreadableFile } from './read-file.ts';

export interface Usable {
  /** A copy in memory of the first file that is a photo we can use. */
  file: File | undefined;
  /** Why each file before it, or each file when there is none, cannot be used. */
  refusals: readonly Refusal[];
  /** How many files came after it and were not looked at: one photo is identified at a time. */
  leftOut: number;
}

export interface ReadOptions {
  maxBytes: number;
  /** Names of files that are folders; browsers hand over a dropped folder as a file. */
  folders: readonly string[];
  /** Called with a message for people when this device takes long to hand over a file. */
  onSlow: (refusal: Refusal) => void;
}

const BADGE = 'File';
const NOTHING: Refusal = {
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

/** Reads and checks files until one can be used. Never rejects: a file that cannot be read counts as refused. */
export async function firstUsable(files: readonly File[], options: ReadOptions): Promise<Usable> {
  if (files.length === 0) return { file: undefined, refusals: [NOTHING], leftOut: 0 };
  const refusals: Refusal[] = [];
  for (const [index, file] of files.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- the first good one ends it
    const taken = await take(file, options);
    if (taken instanceof File) return { file: taken, refusals, leftOut: files.length - index - 1 };
    refusals.push(taken);
  }
  return { file: undefined, refusals, leftOut: 0 };
}

async function take(file: File, { maxBytes, folders, onSlow }: ReadOptions): Promise<File | Refusal> {
  const { name } = file;
  if (folders.includes(name)) return { name, ...IS_FOLDER };
  const slow = () => onSlow({ name, ...IS_SLOW });
  try {
    const head = await readHead(file, SIGNATURE_BYTES, slow);
    const checked = checkPhoto(file, head, maxBytes);
    return checked.ok ? await copyFile(checked.file, slow) : checked.refusal;
  } catch (error) {
    const reason = error instanceof UnreadableFile ? error.message : TOO_BIG_FOR_MEMORY;
    return { name, badge: BADGE, title: 'This file can’t be opened', reason };
  }
}
