import { describe, expect, it } from 'vitest';
import { clockTime, dayAndTime, durationText, rateText, untilTime, utcText } from './time.ts';

const NIGHT = Date.UTC(2026, 10, 22, 1, 41, 7);

describe('formats of times', () => {
  it('use the time zone of the reader', () => {
    expect(clockTime(NIGHT, 'Europe/Berlin')).toBe('02:41:07');
    expect(clockTime(NIGHT, 'UTC', 'minutes')).toBe('01:41');
    expect(clockTime(Date.UTC(2026, 10, 22), 'UTC')).toBe('00:00:00');
  });

  it('have UTC for comparisons with a log', () => {
    expect(utcText('2026-11-22T01:41:07.123Z')).toBe('22 Nov 2026, 01:41:07 UTC');
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
    { ms: 400, text: '0 s' },
    { ms: 9_000, text: '9 s' },
    { ms: 60_000, text: '1 min' },
    { ms: 192_000, text: '3 min 12 s' },
    { ms: 3_600_000, text: '1 h' },
    { ms: 7_530_000, text: '2 h 5 min' },
    { ms: 100_800_000, text: '1 d 4 h' },
    { ms: -5, text: '0 s' },
  ])('have $ms ms as $text', ({ ms, text }) => {
    expect(durationText(ms).replaceAll('\u00a0', ' ')).toBe(text);
  });
});

it.each([
  { count: 100, windowMs: 3_600_000, noun: 'identifications', text: '100 identifications an hour' },
  { count: 1_000, windowMs: 86_400_000, noun: '', text: '1,000 a day' },
  { count: 5, windowMs: 900_000, noun: 'tries', text: '5 tries in 15\u00a0min' },
])('says how often ($count in $windowMs ms)', ({ count, windowMs, noun, text }) => {
  expect(rateText(count, windowMs, noun)).toBe(text);
});
