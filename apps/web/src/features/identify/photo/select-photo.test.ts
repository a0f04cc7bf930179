import { SIGNATURE_BYTES } from '@plantcommunity/identification/photo-formats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEVICE_TIMEOUT_MS } from '../../../lib/timeout.ts';
import type { RejectedFile } from './photo-check.ts';
import { type ReadOptions, selectFirstUsable } from './select-photo.ts';

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16);
const PIECE = 1_000_000;
const TWO_PIECES = 1_500_000;

const jpeg = (name = 'a.jpg', size = JPEG.length) => {
  const bytes = new Uint8Array(size);
  bytes.set(JPEG);
  return new File([bytes], name, { type: 'image/jpeg', lastModified: 7 });
};

type Read = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;

/** Makes a file whose reads call `read`: first for its head, then for each megabyte. */
async function fileReadBy(read: Read, file = jpeg()): Promise<File> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return Object.assign(file, {
    slice: (from: number, to: number) => ({
      arrayBuffer: async () => (await read(bytes.slice(from, to))).buffer,
    }),
    stream: () => {
      let from = 0;
      return new ReadableStream({
        async pull(controller) {
          if (from >= bytes.length) return controller.close();
          controller.enqueue(await read(bytes.slice(from, from + PIECE)));
          from += PIECE;
        },
      });
    },
  });
}
const fails = (name: string) => fileReadBy(() => Promise.reject(new DOMException('it failed', name)));

let slow: RejectedFile[] = [];
const take = (files: readonly File[], options: Partial<ReadOptions> = {}) =>
  selectFirstUsable(files, { maxBytes: 10_485_760, folders: [], onSlow: (refusal) => slow.push(refusal), ...options });
const reasonFor = async (file: File, options: Partial<ReadOptions> = {}) => {
  const { rejected: refusals } = await take([file], options);
  return refusals.map(({ reason }) => reason).join(' ');
};

beforeEach(() => {
  slow = [];
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('selectFirstUsable', () => {
  it('selects the first usable file, and returns why the files before it were rejected', async () => {
    const taken = await take([new File(['text'], 'a.txt'), jpeg(), jpeg('b.jpg')]);
    expect(taken.file?.name).toBe('a.jpg');
    expect(taken.rejected.map(({ name }) => name)).toEqual(['a.txt']);
    expect(taken.leftOut).toBe(1);
  });

  it('copies the bytes, so that later changes of the file have no effect', async () => {
    let isChanged = false;
    const file = await fileReadBy(
      (bytes) => (isChanged ? Promise.reject(new DOMException('', 'NotReadableError')) : Promise.resolve(bytes)),
      jpeg('large.jpg', TWO_PIECES),
    );
    const { file: copy } = await take([file]);
    isChanged = true;
    expect(copy).toMatchObject({ name: 'large.jpg', type: 'image/jpeg', lastModified: 7, size: TWO_PIECES });
    expect(new Uint8Array(await (copy ?? new Blob()).arrayBuffer()).slice(0, JPEG.length)).toEqual(JPEG);
  });

  it.each([
    ['NotReadableError', 'This device lists it but can’t open it.'],
    ['NotFoundError', 'It is no longer where it was.'],
    ['SecurityError', 'This browser isn’t allowed to open it.'],
    ['AbortError', 'This device lists it but can’t open it.'],
  ])('reports a file that fails with %s', async (error, reason) => {
    expect(await reasonFor(await fails(error))).toContain(reason);
  });

  it('distinguishes a deleted file from an empty one', async () => {
    const deleted = Object.assign(new File([], 'a.jpg'), {
      arrayBuffer: () => Promise.reject(new DOMException('', 'NotFoundError')),
    });
    expect(await reasonFor(deleted)).toContain('no longer where it was');
    expect(await reasonFor(new File([], 'a.jpg'))).toContain('nothing in this file');
  });

  it('rejects a file that fails in its middle, and one that is cut short', async () => {
    const size = TWO_PIECES;
    const failing = await fileReadBy(
      (bytes) =>
        bytes.length === size - PIECE ? Promise.reject(new TypeError('network error')) : Promise.resolve(bytes),
      jpeg('middle.jpg', size),
    );
    expect(await reasonFor(failing)).toContain('can’t open it');
    const short = await fileReadBy((bytes) => Promise.resolve(bytes.slice(0, 64)), jpeg('short.jpg', size));
    expect(await reasonFor(short)).toContain('only a part of it');
  });

  it('continues with the next file after an unreadable one', async () => {
    const taken = await take([await fails('NotReadableError'), jpeg('b.jpg')]);
    expect({ name: taken.file?.name, rejected: taken.rejected.length }).toEqual({ name: 'b.jpg', rejected: 1 });
  });

  it('reports a slow file after a second, and selects it when it arrives', async () => {
    const arrival = Promise.withResolvers<void>();
    const file = await fileReadBy(async (bytes) => {
      await arrival.promise;
      return bytes;
    });
    const taking = take([file]);
    await vi.advanceTimersByTimeAsync(DEVICE_TIMEOUT_MS - 1);
    expect(slow).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(slow.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
      'a.jpg: Your device hasn’t handed it over yet; it may be coming from the cloud. It will appear here as soon as it arrives.',
    ]);
    arrival.resolve();
    expect((await taking).file?.size).toBe(JPEG.length);
  });

  it('rejects a file after 30 seconds of silence', async () => {
    const reason = reasonFor(await fileReadBy(() => new Promise(() => {})));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await reason).toContain('doesn’t hand it over');
  });

  it('rejects a folder, and a drop without a file', async () => {
    expect(await reasonFor(new File([], 'Holiday'), { folders: ['Holiday'] })).toContain('This is a folder.');
    expect((await take([])).rejected[0]?.reason).toContain('There was no file in it.');
  });

  it('does not copy a rejected file, such as a film', async () => {
    const read: number[] = [];
    const film = new File([new TextEncoder().encode('\0\0\0\x18ftypmp42'), new Uint8Array(3_000_000)], 'film.mp4');
    const recorded: Read = (bytes) => {
      read.push(bytes.length);
      return Promise.resolve(bytes);
    };
    await take([await fileReadBy(recorded, film)]);
    expect(read).toEqual([SIGNATURE_BYTES]);
  });
});
