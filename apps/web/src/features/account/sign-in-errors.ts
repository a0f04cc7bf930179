import type { OAuthProviderName } from '@plantcommunity/auth';
import { MANY_TRIES, REFUSED } from './sign-in-texts.ts';

/** The other services that people may sign in with, as they call themselves. */
export const SERVICE_NAMES: Readonly<Record<OAuthProviderName, string>> = { github: 'GitHub', google: 'Google' };

const FAILED = 'Signing in did not work just now. Please try again in a moment.';
const STOPPED = 'The other service did not let you in, or you stopped on the way. Please try again.';

/** Why next-auth led back to the sign-in page, by the code it puts into the address. */
const SIGN_IN_ERRORS: ReadonlyMap<string, string> = new Map([
  ['CredentialsSignin', REFUSED],
  ['rate_limited', `${MANY_TRIES} Please wait a few minutes.`],
  [
    'OAuthAccountNotLinked',
    'There is an account for your address already. Please sign in to it the way you did before.',
  ],
  ['EmailNotVerified', 'The other service has no verified e-mail address of yours. Please verify one there first.'],
  [
    'EmailNotShared',
    'The other service did not share your e-mail address, which a new account needs. Please create an account with ' +
      'e-mail and password, or ask the operator of this site to let it read addresses.',
  ],
  [
    'EmailUnreachable',
    'The other service could not be asked for your e-mail address just now, which a new account needs. Please try again ' +
      'in a moment.',
  ],
  ['AccessDenied', 'This account cannot be used at the moment.'],
  ['OAuthSignin', 'The other service cannot be reached just now. Please try again in a moment.'],
  ['OAuthCallback', STOPPED],
  ['Callback', STOPPED],
]);

/** A sentence for what happened on the way back here; undefined when nothing did. Codes may be anybody's. */
export function signInError(code: unknown): string | undefined {
  if (code === undefined) return undefined;
  return (typeof code === 'string' ? SIGN_IN_ERRORS.get(code) : undefined) ?? FAILED;
}
