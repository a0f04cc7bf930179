import type { OAuthProviderName } from '@plantcommunity/auth';
import { type FormError, noAnswer, tooManyRequestsHere } from '../../lib/form.ts';
import { isPhotoStored } from '../../lib/kept-photo.ts';

/** Path of next-auth. Called directly, because its client hides Retry-After. */
const PATH = '/api/auth';

const UNAVAILABLE = 'We could not sign you in just now. Please try again in a moment.';
const DEFAULT_RETRY_SECONDS = 60;

/** One message for a wrong address and a wrong password. */
const WRONG_CREDENTIALS = 'E-mail and password do not belong together. Please look at both again.';
export const MANY_TRIES = 'These were many tries in a short time.';

/** Signs in with e-mail and password, and sets the session cookie. @returns undefined on success */
export async function signInWith(email: string, password: string): Promise<FormError | undefined> {
  try {
    const answer = await post('callback/credentials', { email, password });
    if (answer.status === 429) {
      return tooManyRequestsHere(MANY_TRIES, Number(answer.headers.get('Retry-After') ?? DEFAULT_RETRY_SECONDS));
    }
    const error = (await addressIn(answer))?.searchParams.get('error');
    if (answer.ok && error === null) return undefined;
    return { message: error === 'CredentialsSignin' ? WRONG_CREDENTIALS : UNAVAILABLE };
  } catch {
    return noAnswer();
  }
}

/** Goes to an OAuth provider to sign in there, and from there to `next`. @returns undefined when the page is leaving */
export async function signInAt(service: string, next: string): Promise<FormError | undefined> {
  try {
    const address = await addressIn(await post(`signin/${service}`, { callbackUrl: next }));
    if (address === undefined) return { message: UNAVAILABLE };
    // Leaving the page loses a photo that is only in memory, so store it first.
    await isPhotoStored();
    location.assign(address);
    return undefined;
  } catch {
    return noAnswer();
  }
}

/** Ends the session of this browser. @throws when the server does not confirm it */
export async function signOut(): Promise<void> {
  const { ok, status } = await post('signout', {});
  if (!ok) throw new Error(`Sign-out answered ${status}`);
}

/** Posts to next-auth, with the CSRF token that belongs to its cookie. */
async function post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  const csrf: unknown = await (await fetch(`${PATH}/csrf`)).json();
  const csrfToken = memberOf(csrf, 'csrfToken') ?? '';
  return fetch(`${PATH}/${path}`, {
    method: 'POST',
    body: new URLSearchParams({ ...fields, csrfToken, json: 'true' }),
  });
}

/** Reads the URL to which next-auth would redirect; its query has the error, if there was one. */
async function addressIn(answer: Response): Promise<URL | undefined> {
  const address = memberOf(await answer.json(), 'url');
  // Browsers from before autumn 2024 have no URL.parse.
  return address !== undefined && URL.canParse(address, location.origin)
    ? new URL(address, location.origin)
    : undefined;
}

function memberOf(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const member: unknown = Reflect.get(value, name);
  return typeof member === 'string' ? member : undefined;
}

/** Names of the OAuth providers. */
export const OAUTH_NAMES: Readonly<Record<OAuthProviderName, string>> = { github: 'GitHub', google: 'Google' };

const FAILED = 'Signing in did not work just now. Please try again in a moment.';
const STOPPED = 'The other service did not let you in, or you stopped on the way. Please try again.';

/** Messages by the error code with which next-auth leads back to the sign-in page. */
const SIGN_IN_ERRORS: ReadonlyMap<string, string> = new Map([
  ['CredentialsSignin', WRONG_CREDENTIALS],
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

/** Returns the message for an error code in the URL, which may have any value; undefined without a code. */
export function signInError(code: unknown): string | undefined {
  if (code === undefined) return undefined;
  return (typeof code === 'string' ? SIGN_IN_ERRORS.get(code) : undefined) ?? FAILED;
}
