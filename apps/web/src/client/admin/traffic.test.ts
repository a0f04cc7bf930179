import { describe, expect, it } from 'vitest';
import { traffic } from './traffic.ts';

const none = { minutes: 15, cached: 0, stale: 0, fresh: 0, waiting: 0 };
const said = (given: Partial<typeof none>, known = 1) =>
  traffic({ answers: { ...none, ...given }, ...(known > 0 && { instances: { agree: known, known } }) }).replaceAll(
    '\u00a0',
    ' ',
  );

describe('what people got', () => {
  it.each([
    [
      { cached: 610, stale: 220, fresh: 90, waiting: 80 },
      'In the last 15 min people got 61 % of answers from cache, 22 % stale, 9 % fresh; 8 % were asked to wait.',
    ],
    [{ cached: 1, fresh: 2 }, 'In the last 15 min people got 33 % of answers from cache, 67 % fresh.'],
    [{ fresh: 1 }, 'In the last 15 min people got 100 % of answers fresh.'],
    [{ stale: 1, waiting: 1 }, 'In the last 15 min people got 50 % of answers stale; 50 % were asked to wait.'],
    [{ waiting: 3 }, 'In the last 15 min everybody was asked to wait.'],
    [{}, 'In the last 15 min nobody asked.'],
  ])('%j', (answers, sentence) => {
    expect(said(answers)).toBe(sentence);
  });

  it('says whose figures they are when there are others, or when nobody knows', () => {
    expect(said({ fresh: 1 }, 3)).toBe('At this instance in the last 15 min people got 100 % of answers fresh.');
    expect(said({}, 0)).toBe('At this instance in the last 15 min nobody asked.');
  });
});
