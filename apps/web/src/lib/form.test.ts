import { describe, expect, it } from 'vitest';
import { afterChange, byField, hasErrors } from './form.ts';

describe('what is said beside a field', () => {
  const refusal = { errors: { email: 'Missing.', password: 'Too short.' }, fault: { sentence: 'No.' } };

  it('is said as long as it is true, and of no other field', () => {
    expect(afterChange(refusal, 'password', 'Too long.')).toEqual({
      ...refusal,
      errors: { email: 'Missing.', password: 'Too long.' },
    });
    const { errors } = afterChange(refusal, 'password', undefined);
    expect([errors?.email, errors?.password]).toEqual(['Missing.', undefined]);
  });

  it('is not said while somebody is still typing', () => {
    expect(afterChange<'email' | 'password'>({ errors: { email: 'Missing.' } }, 'password', 'Too short.')).toEqual({
      errors: { email: 'Missing.' },
    });
  });

  it('counts only where there is something', () => {
    expect(hasErrors(byField(['email', 'name'], () => undefined))).toBe(false);
    expect(hasErrors(byField(['email', 'name'], (field) => (field === 'name' ? 'Too long.' : undefined)))).toBe(true);
  });
});
