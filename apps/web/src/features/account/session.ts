import { type FormError, noAnswer, tooManyRequestsHere } from '../../lib/form-fault.ts';
import { isPhotoStored } from '../../lib/kept-photo.ts';
import { MANY_TRIES, REFUSED } from './sign-in-texts.ts';

/** next-auth's own paths; asked directly, since its client says nothing of when to try again. */
const PATH = '/api/auth';

const UNAVAILABLE = 'We could not sign you in just now. Please try again in a moment.';
const WAIT_SECONDS = 60;

/** Signs in with e-mail and password; the session is a cookie. Undefined once that is done. */
export async function signInWith(email: string, password: string): Promise<FormError | undefined> {
  try {
    const answer = await post('callback/credentials', { email, password });
    if (answer.status === 429) {
      return tooManyRequestsHere(MANY_TRIES, Number(answer.headers.get('Retry-After') ?? WAIT_SECONDS));
    }
    const error = (await addressIn(answer))?.searchParams.get('error');
    if (answer.ok && error === null) return undefined;
    return { sentence: error === 'CredentialsSignin' ? REFUSED : UNAVAILABLE };
  } catch {
    return noAnswer();
  }
}

/** Goes to another service to sign in there, and from there to `next`. Undefined: one is on the way. */
export async function signInAt(service: string, next: string): Promise<FormError | undefined> {
  try {
    const address = await addressIn(await post(`signin/${service}`, { callbackUrl: next }));
    if (address === undefined) return { sentence: UNAVAILABLE };
    // Leaving the page loses a photo that is only in memory, so that storing it comes first.
    await isPhotoStored();
    location.assign(address);
    return undefined;
  } catch {
    return noAnswer();
  }
}

/** Ends the session of this browser. @throws where that could not be done */
export async function signOut(): Promise<void> {
  const { ok, status } = await post('signout', {});
  if (!ok) throw new Error(`Signing out was answered ${status}`);
}

/** Each change needs the token that belongs to a cookie of next-auth's. */
async function post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  const told: unknown = await (await fetch(`${PATH}/csrf`)).json();
  const csrfToken = memberOf(told, 'csrfToken') ?? '';
  return fetch(`${PATH}/${path}`, {
    method: 'POST',
    body: new URLSearchParams({ ...fields, csrfToken, json: 'true' }),
  });
}

/** Where next-auth would lead to, which also says how it went. */
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
