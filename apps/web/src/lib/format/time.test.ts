import { describe, expect, it } from 'vitest';
import { clockTime, dayAndTime, durationText, rateText, untilTime } from './time.ts';

const NIGHT = Date.UTC(2026, 10, 22, 1, 41, 7);

describe('formats of times', () => {
  it('use the time zone of the reader', () => {
    expect(clockTime(NIGHT, 'Europe/Berlin')).toBe('02:41:07');
    expect(clockTime(NIGHT, 'UTC', 'minutes')).toBe('01:41');
    expect(clockTime(Date.UTC(2026, 10, 22), 'UTC')).toBe('00:00:00');
  });

  it('have the day unless it is today for the reader', () => {
    const evening = Date.UTC(2026, 10, 21, 23, 30);
    expect(dayAndTime(evening, NIGHT, 'Europe/Berlin')).toBe('00:30:00');
    expect(dayAndTime(evening, NIGHT, 'UTC')).toBe('21 Nov, 23:30');
  });

  it('have the day of a future time when the clock time is ambiguous', () => {
    expect(untilTime(NIGHT + 8 * 3_600_000, NIGHT, 'UTC')).toBe('09:41');
    expect(untilTime(NIGHT + 30 * 3_600_000, NIGHT, 'UTC')).toBe('23 Nov, 07:41');
  });

  it.each([
    [400, '0 s'],
    [9_000, '9 s'],
    [60_000, '1 min'],
    [192_000, '3 min 12 s'],
    [3_600_000, '1 h'],
    [7_530_000, '2 h 5 min'],
    [100_800_000, '1 d 4 h'],
    [-5, '0 s'],
  ])('have %i ms as %s', (ms, words) => {
    expect(durationText(ms).replaceAll('\u00a0', ' ')).toBe(words);
  });
});

it.each([
  [100, 3_600_000, 'identifications', '100 identifications an hour'],
  [1_000, 86_400_000, '', '1,000 a day'],
  [5, 900_000, 'tries', '5 tries in 15\u00a0min'],
])('says how often (%i in %i ms)', (count, windowMs, what, words) => {
  expect(rateText(count, windowMs, what)).toBe(words);
});
