/** Path under which next-auth checks passwords. */
const CALLBACK = /^\/+api\/+auth\/+callback\/+credentials(\/|$)/;

/** next-auth's route that logs any posted text; none of our pages uses it. */
const CLIENT_LOG = /^\/+api\/+auth\/+_log(\/|$)/;

/** Whether a request goes to next-auth's logging route. The path is compared as Next decodes it. */
export function isClientLog({ url }: Request): boolean {
  return CLIENT_LOG.test(decodeLetters(new URL(url).pathname));
}

/** Whether next-auth checks a password for this request. The path is compared as Next decodes it. */
export function isCredentialsCallback({ url }: Request): boolean {
  return CALLBACK.test(decodeLetters(new URL(url).pathname));
}

/** Decodes escapes of ASCII characters only; never throws. */
function decodeLetters(pathname: string): string {
  return pathname.replace(/%([2-7][\da-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Returns the email address of a sign-in, from where next-auth reads it. JSON bodies must be well-formed. */
export function emailIn(contentType: string | null, body: Buffer): string | undefined {
  // Like Request.text(), this drops a byte order mark.
  const text = new TextDecoder().decode(body);
  let fields: unknown;
  if (contentType?.includes('application/json')) fields = JSON.parse(text);
  else if (contentType?.includes('application/x-www-form-urlencoded')) {
    fields = Object.fromEntries(new URLSearchParams(text));
  }
  if (typeof fields !== 'object' || fields === null || !('email' in fields)) return undefined;
  return typeof fields.email === 'string' ? fields.email : undefined;
}

/** Whether a response of next-auth sets a session: its whole cookie, or the first piece of it. */
export function setsSession({ headers }: Response, cookieName: string): boolean {
  return headers
    .getSetCookie()
    .some((cookie) => [`${cookieName}=`, `${cookieName}.0=`].some((start) => hasValue(cookie, start)));
}

function hasValue(cookie: string, start: string): boolean {
  return cookie.startsWith(start) && !['', ';'].includes(cookie.charAt(start.length));
}

/**
 * Whether a response of next-auth means that the password could not be checked: its redirect has `error=Unavailable`.
 */
export async function isUnavailable(response: Response): Promise<boolean> {
  const address = response.headers.get('location') ?? (await addressIn(response.clone()));
  return address !== undefined && URL.parse(address, 'http://localhost')?.searchParams.get('error') === 'Unavailable';
}

async function addressIn(response: Response): Promise<string | undefined> {
  if (response.headers.get('content-type')?.includes('application/json') !== true) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null || !('url' in body)) return undefined;
  return typeof body.url === 'string' ? body.url : undefined;
}
