import { describe, expect, it } from 'vitest';
import { afterChange, byField, hasErrors, tooManyRequests } from './form.ts';

describe('the error of a field', () => {
  const failure = { errors: { email: 'Missing.', password: 'Too short.' }, error: { message: 'No.' } };

  it('stays until the field is valid, and appears at no other field', () => {
    expect(afterChange(failure, 'password', 'Too long.')).toEqual({
      ...failure,
      errors: { email: 'Missing.', password: 'Too long.' },
    });
    const { errors } = afterChange(failure, 'password', undefined);
    expect(errors).toEqual({ email: 'Missing.', password: undefined });
  });

  it('does not appear while people type', () => {
    expect(afterChange<'email' | 'password'>({ errors: { email: 'Missing.' } }, 'password', 'Too short.')).toEqual({
      errors: { email: 'Missing.' },
    });
  });

  it('counts only when it is defined', () => {
    expect(hasErrors(byField(['email', 'name'], () => undefined))).toBe(false);
    expect(hasErrors(byField(['email', 'name'], (field) => (field === 'name' ? 'Too long.' : undefined)))).toBe(true);
  });
});

const NOON = Date.UTC(2026, 10, 22, 12);

it('tooManyRequests has the time of the next possible try in the reader’s time zone', () => {
  expect(tooManyRequests('That was one too many.', 754, NOON, 'Europe/Berlin')).toEqual({
    message: 'That was one too many. You can try again at 13:12.',
    until: NOON + 754_000,
  });
});
