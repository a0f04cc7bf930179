import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { locksReleased } from '../../lib/testing/locks-released.ts';
import { followProgress, newRequestId } from './request-identification.ts';

const REQUEST_ID = '6f1c0c0e-0000-4000-8000-000000000000';

type Subscribe = Parameters<typeof followProgress>[0]['progress']['subscribe'];
type Handlers = Parameters<Subscribe>[1];
type ProgressEvent = Parameters<NonNullable<Handlers['onData']>>[0]['data'];

/** The server's side of the progress subscription: the input of each opened stream, and its handlers. */
class FakeProgress {
  readonly streams: { input: unknown; handlers: Handlers; isOpen: boolean }[] = [];
  readonly #openings = new EventEmitter();
  readonly subscribe: Subscribe = (input, handlers) => {
    const stream = { input, handlers, isOpen: true };
    this.streams.push(stream);
    this.#openings.emit('stream');
    return { unsubscribe: () => (stream.isOpen = false) };
  };
  /** Resolves as soon as `count` streams have been opened. */
  async opened(count: number): Promise<void> {
    while (this.streams.length < count) await once(this.#openings, 'stream');
  }
  emit(id: string, data: ProgressEvent): void {
    this.streams.at(-1)?.handlers.onData?.({ id, data });
  }
}

let page: EventTarget & { visibilityState: string };
let stopFollowing: (() => void) | undefined;

function show(isVisible: boolean): void {
  page.visibilityState = isVisible ? 'visible' : 'hidden';
  page.dispatchEvent(new Event('visibilitychange'));
}

function follow() {
  const progress = new FakeProgress();
  const received: [string, number][] = [];
  const stop = followProgress({
    requestId: REQUEST_ID,
    progress,
    onProgress: ({ type }, at) => received.push([type, at]),
  });
  stopFollowing = stop;
  return { progress, received, stop };
}

beforeEach(() => {
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  vi.stubGlobal('document', page);
  vi.stubGlobal('window', new EventTarget());
});

afterEach(async () => {
  stopFollowing?.();
  await locksReleased();
  vi.unstubAllGlobals();
});

describe('followProgress', () => {
  it('closes its stream while the page is hidden, and resumes after the last event it received', async () => {
    const { progress } = follow();
    await progress.opened(1);
    progress.emit('1', { type: 'received', at: 0, photos: 1 });
    progress.emit('2', { type: 'read', at: 90 });
    show(false);
    expect(progress.streams.map(({ isOpen }) => isOpen)).toEqual([false]);
    show(true);
    await progress.opened(2);
    expect(progress.streams.map(({ input }) => input)).toEqual([
      { requestId: REQUEST_ID },
      { requestId: REQUEST_ID, lastEventId: '2' },
    ]);
  });

  it('dates a late event by the time when it happened', async () => {
    const now = vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
    const { received, progress } = follow();
    await progress.opened(1);
    progress.emit('1', { type: 'received', at: 0, photos: 1 });
    now.mockReturnValue(1_030_000);
    progress.emit('2', { type: 'asking', at: 200, provider: 'plantnet' });
    now.mockRestore();
    expect(received).toEqual([
      ['received', 1_000_000],
      ['asking', 1_000_200],
    ]);
  });

  it('opens no stream while the page is hidden, and none after it was stopped', async () => {
    page.visibilityState = 'hidden';
    const { progress, stop } = follow();
    show(true);
    await progress.opened(1);
    stop();
    show(false);
    show(true);
    expect(progress.streams.map(({ isOpen }) => isOpen)).toEqual([false]);
  });

  it('opens no stream while all slots are taken', async () => {
    const others = [follow(), follow(), follow()];
    await Promise.all(others.map(({ progress }) => progress.opened(1)));
    const asked = vi.spyOn(navigator.locks, 'request');
    const { progress } = follow();
    await expect.poll(() => asked).toHaveBeenCalledTimes(3);
    await Promise.all(asked.mock.results.map(({ value }: { value: unknown }) => value));
    asked.mockRestore();
    expect(progress.streams).toEqual([]);
    for (const { stop } of others) stop();
  });
});

it('makes random UUIDs of version 4', () => {
  const ids = Array.from({ length: 200 }, newRequestId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});
