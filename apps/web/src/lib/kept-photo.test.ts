import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetPhoto, isPhotoStored, keepPhoto, keptPhoto } from './kept-photo.ts';
import { DEVICE_TIMEOUT_MS } from './timeout.ts';

const photo = new File(['leaf'], 'leaf.jpg', { type: 'image/jpeg' });

/** Databases whose `open` fails as in broken browsers. */
const failing: [string, () => unknown][] = [
  ['never answers', () => ({ open: () => new EventTarget() })],
  ['is blocked by another tab', () => ({ open: () => answering('blocked') })],
  ['refuses', () => ({ open: () => answering('error') })],
  ['opens without our store', () => ({ open: () => Object.assign(answering('success'), { result: withoutStore }) })],
  [
    'throws, as in a frame without cookies',
    () => ({
      open() {
        throw new DOMException('denied', 'SecurityError');
      },
    }),
  ],
  ['does not exist', () => undefined],
];

const withoutStore = {
  close() {},
  transaction() {
    throw new DOMException('no such store', 'NotFoundError');
  },
};

function answering(type: string): EventTarget {
  const request = new EventTarget();
  queueMicrotask(() => request.dispatchEvent(new Event(type)));
  return request;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function withinASecond<T>(work: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(DEVICE_TIMEOUT_MS);
  return Promise.race([work, Promise.reject(new Error('It takes longer than a second'))]);
}

describe.each(failing)('a photo on a device whose IndexedDB %s', (_name, database) => {
  beforeEach(() => {
    vi.stubGlobal('indexedDB', database());
  });

  it('is kept in memory at once, and reported as not stored', async () => {
    keepPhoto(photo, { sendWhenSignedIn: true });
    expect(await keptPhoto()).toEqual({ file: photo, sendWhenSignedIn: true });
    expect(await withinASecond(isPhotoStored())).toBe(false);
    await withinASecond(forgetPhoto());
  });

  it('is forgotten within a second, and reported missing after ten', async () => {
    keepPhoto(photo);
    await withinASecond(forgetPhoto());
    const missed = keptPhoto();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await missed).toBeUndefined();
  });
});
