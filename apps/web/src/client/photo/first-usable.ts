import { checkPhoto, type Refusal } from './photo-check.ts';

export interface Usable {
  /** The first file that is a photo we can use. */
  file: File | undefined;
  /** Why each file before it, or each file when there is none, cannot be used. */
  refusals: readonly Refusal[];
  /** How many files came after it and were not looked at: one photo is identified at a time. */
  leftOut: number;
}

export async function firstUsable(files: readonly File[], maxBytes: number): Promise<Usable> {
  const refusals: Refusal[] = [];
  for (const [index, file] of files.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- the first good one ends it
    const checked = await checkPhoto(file, maxBytes);
    if (checked.ok) return { file: checked.file, refusals, leftOut: files.length - index - 1 };
    refusals.push(checked.refusal);
  }
  return { file: undefined, refusals, leftOut: 0 };
}
