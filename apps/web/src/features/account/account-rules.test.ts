import { describe, expect, it } from 'vitest';
import { emailFault, nameFault, passwordFault } from './account-rules.ts';

describe('what is typed into an account', () => {
  it.each(['', '  '])('must hold an address (%j)', (email) => {
    expect(emailFault(email)).toBe('Please enter your e-mail address.');
  });

  it.each(['ada', 'ada@example', 'ada@@example.org', 'a da@example.org', '@example.org'])(
    'must hold an address that can be one (%j)',
    (email) => expect(emailFault(email)).toContain('no e-mail address'),
  );

  it.each(['ada@example.org', ' Ada@Example.ORG ', 'ada+plants@mail.example.org'])('takes the address %j', (email) => {
    expect(emailFault(email)).toBeUndefined();
  });

  it('counts the characters of a password as the server does', () => {
    expect(passwordFault('')).toBe('Please choose a password.');
    expect(passwordFault('a')).toContain('this one has 1 character.');
    expect(passwordFault('too short')).toContain('this one has 9 characters.');
    expect(passwordFault('long enough')).toBeUndefined();
    expect(passwordFault('🌿'.repeat(10))).toBeUndefined();
    expect(passwordFault('x'.repeat(200))).toBeUndefined();
    expect(passwordFault('x'.repeat(201))).toContain('this one has 201 characters.');
  });

  it('may hold a name of at most 100 characters', () => {
    expect(nameFault('')).toBeUndefined();
    expect(nameFault('é'.repeat(100))).toBeUndefined();
    expect(nameFault('é'.repeat(101))).toContain('at most 100');
  });
});
