import { describe, expect, it } from 'vitest';
import { emailError, nameError, passwordError } from './account-rules.ts';

describe('account rules', () => {
  it.each(['', '  '])('reject a missing address (%j)', (email) => {
    expect(emailError(email)).toBe('Please enter your e-mail address.');
  });

  it.each(['ada', 'ada@example', 'ada@@example.org', 'a da@example.org', '@example.org'])(
    'reject an invalid address (%j)',
    (email) => expect(emailError(email)).toContain('no e-mail address'),
  );

  it.each(['ada@example.org', ' Ada@Example.ORG ', 'ada+plants@mail.example.org'])('accept the address %j', (email) => {
    expect(emailError(email)).toBeUndefined();
  });

  it('count the characters of a password like the server', () => {
    expect(passwordError('')).toBe('Please choose a password.');
    expect(passwordError('a')).toContain('this one has 1 character.');
    expect(passwordError('too short')).toContain('this one has 9 characters.');
    expect(passwordError('long enough')).toBeUndefined();
    expect(passwordError('🌿'.repeat(10))).toBeUndefined();
    expect(passwordError('x'.repeat(200))).toBeUndefined();
    expect(passwordError('x'.repeat(201))).toContain('this one has 201 characters.');
  });

  it('accept a name of at most 100 characters', () => {
    expect(nameError('')).toBeUndefined();
    expect(nameError('é'.repeat(100))).toBeUndefined();
    expect(nameError('é'.repeat(101))).toContain('at most 100');
  });
});
