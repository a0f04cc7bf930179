import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { RecentAnswers } from './recent-answers.ts';

const MINUTE = 60_000;

describe('what requests got', () => {
  it('is summed up over the last quarter of an hour, and then forgotten', () => {
    const clock = new FakeClock(Date.UTC(2026, 2, 1, 12));
    const answers = new RecentAnswers(clock);
    answers.record('fresh');
    clock.advance(14 * MINUTE);
    for (const kind of ['cached', 'cached', 'stale', 'retry'] as const) answers.record(kind);
    expect(answers.shares()).toEqual({ minutes: 15, cached: 2, stale: 1, fresh: 1, retry: 1 });
    clock.advance(MINUTE);
    expect(answers.shares()).toMatchObject({ cached: 2, fresh: 0 });
    // The same minutes of the next hour.
    clock.advance(45 * MINUTE);
    answers.record('fresh');
    expect(answers.shares()).toEqual({ minutes: 15, cached: 0, stale: 0, fresh: 1, retry: 0 });
  });
});
