import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { ChangeFeed } from './change-feed.ts';

function setUp() {
  const clock = new FakeClock();
  const listeners = new Set<() => void>();
  const controller = new AbortController();
  const feed = new ChangeFeed(
    (listener) => {
      listener();
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clock,
    controller.signal,
  );
  /** Asks for the next change; `passed` is set to the time it took. */
  const ask = () => {
    const asked = clock.monotonic();
    const answer: { passed?: number } = {};
    void feed.next().then(() => (answer.passed = clock.monotonic() - asked));
    return answer;
  };
  const change = () => {
    for (const listener of listeners) listener();
  };
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await new Promise(setImmediate);
    }
  };
  return { clock, controller, listeners, feed, ask, change, advance };
}

describe('a change feed', () => {
  it('reports changes at most twice a second', async () => {
    const { advance, ask, change } = setUp();
    const first = ask();
    change();
    change();
    await advance(400);
    expect(first.passed).toBeUndefined();
    await advance(100);
    expect(first.passed).toBe(500);
    const second = ask();
    await advance(9_900);
    expect(second.passed).toBeUndefined();
  });

  it('reports a change at once when the last report is more than half a second ago', async () => {
    const { advance, ask, change } = setUp();
    const answer = ask();
    await advance(4_000);
    change();
    await advance(100);
    expect(answer.passed).toBeLessThanOrEqual(4_100);
  });

  it('reports at least every ten seconds', async () => {
    const { advance, ask } = setUp();
    const answer = ask();
    await advance(10_000);
    expect(answer.passed).toBe(10_000);
  });

  it('remembers a change that happens between two waits', async () => {
    const { advance, ask, change } = setUp();
    change();
    await advance(3_000);
    const answer = ask();
    await advance(100);
    expect(answer.passed).toBeLessThanOrEqual(100);
  });

  it('ends when its signal aborts, and leaves no timer or listener', async () => {
    const { advance, ask, feed, clock, controller, listeners } = setUp();
    const answer = ask();
    controller.abort();
    await advance(100);
    feed.close();
    expect(answer.passed).toBeLessThanOrEqual(100);
    expect({ timers: clock.pendingTimers, listeners: listeners.size }).toEqual({ timers: 0, listeners: 0 });
  });
});
