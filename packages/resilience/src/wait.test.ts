import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FakeClock } from './testing/fake-clock.ts';
import { collectUnhandledRejections } from './testing/unhandled-rejections.ts';
import { waitFor } from './wait.ts';

const LONG_MS = 60_000;

/** An event that a test fires, and the number of its subscribers. */
function testEvent<T>() {
  const subscribers = new Set<(value: T) => void>();
  return {
    subscribe: (fire: (value: T) => void) => {
      subscribers.add(fire);
      return () => void subscribers.delete(fire);
    },
    fire: (value: T) => {
      for (const subscriber of subscribers) subscriber(value);
    },
    subscribers,
  };
}

function testWait() {
  const clock = new FakeClock();
  const controller = new AbortController();
  const event = testEvent<string>();
  const waiting = waitFor(event.subscribe, { clock, timeoutMs: 1_000, signal: controller.signal });
  const leftovers = () => ({
    timers: clock.pendingTimers,
    listeners: getEventListeners(controller.signal, 'abort').length,
    subscribers: event.subscribers.size,
  });
  return { clock, controller, event, waiting, leftovers };
}

const NOTHING = { timers: 0, listeners: 0, subscribers: 0 };

describe('waitFor', () => {
  const unhandled = collectUnhandledRejections();

  it('returns the value of an event and cleans up', async () => {
    const { event, waiting, leftovers } = testWait();
    expect(leftovers()).toEqual({ timers: 1, listeners: 1, subscribers: 1 });
    event.fire('rain');
    await expect(waiting).resolves.toBe('rain');
    expect(leftovers()).toEqual(NOTHING);
  });

  it('returns undefined after the timeout and cleans up', async () => {
    const { clock, waiting, leftovers } = testWait();
    clock.advance(1_000);
    await expect(waiting).resolves.toBeUndefined();
    expect(leftovers()).toEqual(NOTHING);
  });

  it('throws the reason of its signal and cleans up', async () => {
    const { controller, waiting, leftovers } = testWait();
    controller.abort(new Error('the caller left'));
    await expect(waiting).rejects.toThrow('the caller left');
    expect(leftovers()).toEqual(NOTHING);
  });

  it('does not subscribe when its signal is aborted already', async () => {
    const event = testEvent<string>();
    const clock = new FakeClock();
    const waiting = waitFor(event.subscribe, {
      clock,
      timeoutMs: LONG_MS,
      signal: AbortSignal.abort(new Error('gone')),
    });
    expect({ timers: clock.pendingTimers, subscribers: event.subscribers.size }).toEqual({ timers: 0, subscribers: 0 });
    await expect(waiting).rejects.toThrow('gone');
  });

  it('returns a value that fires while it subscribes, and unsubscribes', async () => {
    const event = testEvent<string>();
    const subscribe = (fire: (value: string) => void) => {
      const unsubscribe = event.subscribe(fire);
      event.fire('at once');
      return unsubscribe;
    };
    await expect(waitFor(subscribe, { signal: undefined })).resolves.toBe('at once');
    expect(event.subscribers.size).toBe(0);
  });

  it('cleans up when subscribing throws', async () => {
    const clock = new FakeClock();
    const subscribe = () => {
      throw new Error('no such event');
    };
    await expect(waitFor(subscribe, { clock, timeoutMs: LONG_MS })).rejects.toThrow('no such event');
    expect(clock.pendingTimers).toBe(0);
  });

  it('returns the value of a promise, or throws its error', async () => {
    const clock = new FakeClock();
    const limits = { clock, timeoutMs: LONG_MS };
    await expect(waitFor(Promise.resolve(7), limits)).resolves.toBe(7);
    await expect(waitFor(Promise.reject(new Error('lost')), limits)).rejects.toThrow('lost');
    expect(clock.pendingTimers).toBe(0);
  });

  it('with a timeout keeps an otherwise idle process alive until it settles', async () => {
    const index = new URL('index.ts', import.meta.url).href;
    const program = `
      import { systemClock, waitFor } from '${index}';
      console.log(await waitFor(() => () => {}, { timeoutMs: 50, clock: systemClock }));
    `;
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('undefined\n');
  });

  it('leaves no rejection unhandled that arrives after an abort or a timeout', async () => {
    const clock = new FakeClock();
    const late = Promise.withResolvers<string>();
    const aborted = waitFor(late.promise, { signal: AbortSignal.abort(new Error('gone')) });
    const timedOut = waitFor(late.promise, { clock, timeoutMs: 10 });
    clock.advance(10);
    await expect(aborted).rejects.toThrow('gone');
    await expect(timedOut).resolves.toBeUndefined();
    late.reject(new Error('too late'));
    const { promise: nextTurn, resolve } = Promise.withResolvers<void>();
    setImmediate(resolve);
    await nextTurn;
    expect(unhandled).toEqual([]);
  });
});
