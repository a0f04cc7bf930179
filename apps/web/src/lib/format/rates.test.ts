import { expect, it } from 'vitest';
import { rateText } from './rates.ts';

it.each([
  [100, 3_600_000, 'identifications', '100 identifications an hour'],
  [1_000, 86_400_000, '', '1,000 a day'],
  [5, 900_000, 'tries', '5 tries in 15\u00a0min'],
])('says how often (%i in %i ms)', (count, windowMs, what, words) => {
  expect(rateText(count, windowMs, what)).toBe(words);
});
