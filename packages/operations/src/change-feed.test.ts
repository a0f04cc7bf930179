import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { ChangeFeed } from './change-feed.ts';

function following() {
  const clock = new FakeClock();
  const listeners = new Set<() => void>();
  const leaving = new AbortController();
  const changes = new ChangeFeed(
    (listener) => {
      listener();
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clock,
    leaving.signal,
  );
  /** Asks for the next change; `passed` fills with the time it took. */
  const ask = () => {
    const asked = clock.monotonic();
    const answer: { passed?: number } = {};
    void changes.next().then(() => (answer.passed = clock.monotonic() - asked));
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
  return { clock, leaving, listeners, changes, ask, change, advance };
}

describe('changes', () => {
  it('are told a second after the last at the earliest, however many there were', async () => {
    const { advance, ask, change } = following();
    const first = ask();
    change();
    change();
    await advance(900);
    expect(first.passed).toBeUndefined();
    await advance(100);
    expect(first.passed).toBe(1_000);
    const second = ask();
    await advance(9_900);
    expect(second.passed).toBeUndefined();
  });

  it('are told at once when the last is longer ago', async () => {
    const { advance, ask, change } = following();
    const answer = ask();
    await advance(4_000);
    change();
    await advance(100);
    expect(answer.passed).toBeLessThanOrEqual(4_100);
  });

  it('are not waited for longer than ten seconds', async () => {
    const { advance, ask } = following();
    const answer = ask();
    await advance(10_000);
    expect(answer.passed).toBe(10_000);
  });

  it('are kept while nobody waits', async () => {
    const { advance, ask, change } = following();
    change();
    await advance(3_000);
    const answer = ask();
    await advance(100);
    expect(answer.passed).toBeLessThanOrEqual(100);
  });

  it('end with the one who follows, leaving nothing behind', async () => {
    const { advance, ask, changes, clock, leaving, listeners } = following();
    const answer = ask();
    leaving.abort();
    await advance(100);
    changes.close();
    expect(answer.passed).toBeLessThanOrEqual(100);
    expect([clock.pendingTimers, listeners.size]).toEqual([0, 0]);
  });
});
