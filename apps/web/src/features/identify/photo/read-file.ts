import { DEVICE_TIMEOUT_MS, DeviceTimeout, withTimeout } from '../../../lib/timeout.ts';

/** Time limit for each piece of a file that is fetched from a cloud while it is read. */
const SILENCE_MS = 30_000;

const AGAIN = 'Open it in your gallery, then choose it again.';

/** Error of a file that this device lists but does not hand over. `message` is shown to people. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** Reads a file's first bytes. `onSlow` is called once they are a second late; the reading goes on. */
export async function readHead(file: File, byteCount: number, onSlow: () => void): Promise<Uint8Array> {
  try {
    // Chromium gives a file that was deleted a size of 0, and says so only to a reader of the whole file.
    const head = file.size === 0 ? file : file.slice(0, byteCount);
    return new Uint8Array(await unlessSilent(head.arrayBuffer(), onSlow));
  } catch (error) {
    throw new UnreadableFile(reasonOf(error), { cause: error });
  }
}

/**
 * Copies a file into memory, so that it can be sent although it is changed, moved or deleted meanwhile. Each piece has
 * its own limit, for ten megabytes from a slow card take longer than a second. The file is opened once and read from
 * its start: on Android, a file from a cloud cannot be read from its middle, and may look changed when it is opened
 * again.
 */
export async function copyFile(file: File, onSlow: () => void): Promise<File> {
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
