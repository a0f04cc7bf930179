import { expect, it } from 'vitest';
import { AuthError } from './auth-error.ts';
import { normalizeEmail, requireEmail } from './users.ts';

it.each([
  [' Ann.Smith+plants@Example.ORG ', 'ann.smith+plants@example.org'],
  ['admin@plants.localhost', 'admin@plants.localhost'],
  ['ann', undefined],
  ['ann@', undefined],
  ['ann@example', undefined],
  ['ann@example.org, bob@example.org', undefined],
  ['ann\u0000@example.org', undefined],
  [`${'a'.repeat(250)}@example.org`, undefined],
])('normalizeEmail returns for %j: %j', (value, email) => expect(normalizeEmail(value)).toBe(email));

it('requireEmail rejects an invalid address', () => {
  expect(() => requireEmail('ann')).toThrow(AuthError);
  expect(() => requireEmail('ann')).toThrow(expect.objectContaining({ code: 'invalid_email' }));
});
