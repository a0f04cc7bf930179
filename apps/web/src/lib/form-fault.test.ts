import { expect, it } from 'vitest';
import { tooManyRequests } from './form-fault.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

it('says by the clock of the reader when the next try is let through', () => {
  expect(tooManyRequests('That was one too many.', 754, NOON, 'Europe/Berlin')).toEqual({
    sentence: 'That was one too many. You can try again at 13:12.',
    until: NOON + 754_000,
  });
});
