import { expect, it } from 'vitest';
import { signInError } from './sign-in-errors.ts';

it('says nothing when nothing happened', () => {
  expect(signInError(undefined)).toBeUndefined();
});

it.each([
  ['OAuthAccountNotLinked', /an account for your address already/],
  ['EmailNotVerified', /no verified e-mail address/],
  ['EmailNotShared', /did not share your e-mail address.*with e-mail and password/],
  ['EmailUnreachable', /could not be asked for your e-mail address.*try again/],
  ['AccessDenied', /cannot be used/],
  ['OAuthCallback', /did not let you in/],
  ['CredentialsSignin', /do not belong together/],
])('has a sentence for %s', (code, sentence) => {
  expect(signInError(code)).toMatch(sentence);
});

it.each(['Unavailable', '__proto__', '<script>', '', ['OAuthCallback', 'twice']])(
  'repeats no code that it does not know (%j)',
  (code) => {
    expect(signInError(code)).toBe('Signing in did not work just now. Please try again in a moment.');
  },
);
