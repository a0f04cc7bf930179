import { DEVICE_TIMEOUT_MS, DeviceTimeout, withTimeout } from '../device/timeout.ts';

/** Small enough that a slow memory card hands one over within a second. */
const SLICE_BYTES = 1_048_576;
/** A file that comes from a cloud while it is read may take this long until the next slice. */
const SILENCE_MS = 30_000;

const AGAIN = 'Open it in your gallery, then choose it again.';

/** This device lists a file and does not hand over its bytes. `message` says why, to people. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** Reads the bytes from `from` up to `to`. `onSlow` is called once they are a second late; the reading goes on. */
export async function readSlice(file: File, from: number, to: number, onSlow: () => void): Promise<ArrayBuffer> {
  try {
    // Chromium gives a file that was deleted a size of 0, and says so only to a reader of the whole file.
    const reading = (file.size === 0 ? file : file.slice(from, to)).arrayBuffer();
    try {
      return await withTimeout(reading);
    } catch (error) {
      if (!(error instanceof DeviceTimeout)) throw error;
      onSlow();
      return await withTimeout(reading, SILENCE_MS - DEVICE_TIMEOUT_MS);
    }
  } catch (error) {
    throw new UnreadableFile(reasonOf(error), { cause: error });
  }
}

/**
 * Copies a file into memory, so that it can be sent although it is changed, moved or deleted meanwhile. There is no
 * limit for the whole file: ten megabytes from a slow card take longer than a second.
 */
export async function copyFile(file: File, onSlow: () => void): Promise<File> {
  const { lastModified, name, size, type } = file;
  const slices: ArrayBuffer[] = [];
  for (let from = 0; from < size; from += SLICE_BYTES) {
    // oxlint-disable-next-line no-await-in-loop -- one slice after the other
    slices.push(await readSlice(file, from, from + SLICE_BYTES, onSlow));
  }
  const copy = new File(slices, name, { type, lastModified });
  if (copy.size !== size) throw new UnreadableFile(`This device handed over only a part of it. ${AGAIN}`);
  return copy;
}

/** File API, section 7.1: what a browser says of a file that it cannot read. */
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
