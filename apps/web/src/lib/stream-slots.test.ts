import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { takeStreamSlot } from './stream-slots.ts';
import { locksReleased } from './testing/locks-released.ts';
import { DEVICE_TIMEOUT_MS } from './timeout.ts';

// Node has the Web Locks of browsers, shared by all that runs in a process.
const { locks } = navigator;
let pages: AbortController[] = [];

function openPage() {
  const page = new AbortController();
  pages.push(page);
  return { page, slot: takeStreamSlot(page.signal, locks) };
}

afterEach(async () => {
  for (const page of pages) page.abort();
  pages = [];
  await locksReleased();
});

describe('takeStreamSlot', () => {
  it('gives three pages of a browser a stream, and the others none', async () => {
    const slots = await Promise.all(Array.from({ length: 7 }, () => openPage().slot));
    expect(slots.toSorted()).toEqual(['held', 'held', 'held', 'taken', 'taken', 'taken', 'taken']);
  });

  it('gives the slot of a page that is hidden or closed to the next one', async () => {
    const [first] = [openPage(), openPage(), openPage()];
    await first?.slot;
    expect(await openPage().slot).toBe('taken');
    first?.page.abort();
    await expect.poll(async () => (await locks.query()).held?.length).toBe(2);
    expect(await openPage().slot).toBe('held');
  });

  it('reports missing Web Locks as unsupported', async () => {
    expect(await takeStreamSlot(new AbortController().signal, null)).toBe('unsupported');
  });
});

describe('takeStreamSlot of a browser whose locks do not work', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('reports refused locks as unsupported', async () => {
    const request = () => Promise.reject(new DOMException('denied', 'SecurityError'));
    const slot = takeStreamSlot(new AbortController().signal, { request });
    expect(await slot).toBe('unsupported');
  });

  it('waits a second, and gives back a lock that is granted later', async () => {
    let grant: ((lock: Lock | null) => unknown) | undefined;
    const request = (_name: string, _options: LockOptions, granted: (lock: Lock | null) => unknown) => {
      grant = granted;
      return new Promise(() => {});
    };
    const slot = takeStreamSlot(new AbortController().signal, { request });
    await vi.advanceTimersByTimeAsync(DEVICE_TIMEOUT_MS);
    expect(await slot).toBe('unsupported');
    // The browser keeps a lock until the promise that the callback returns settles: here it returns none.
    expect(grant?.({ name: 'stream-1', mode: 'exclusive' })).toBeUndefined();
  });
});
