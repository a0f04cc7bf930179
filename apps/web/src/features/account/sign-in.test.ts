import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signInAt, signInError, signInWith } from './sign-in.ts';

const ORIGIN = 'https://plants.example';
const fetched = vi.fn<(path: string, asked?: { body: URLSearchParams }) => Promise<Response>>();
const assign = vi.fn<(address: unknown) => void>();

beforeEach(() => {
  vi.stubGlobal('fetch', fetched);
  vi.stubGlobal('location', { origin: ORIGIN, assign });
  vi.stubGlobal('navigator', { onLine: true });
  fetched.mockReset().mockResolvedValueOnce(Response.json({ csrfToken: 'token' }));
  assign.mockReset();
});
afterEach(() => vi.unstubAllGlobals());

describe('signInWith', () => {
  it('sends the password with the CSRF token', async () => {
    fetched.mockResolvedValueOnce(Response.json({ url: ORIGIN }));
    expect(await signInWith('ada@example.org', 'a+b&c')).toBeUndefined();
    const [path, asked] = fetched.mock.calls[1] ?? [];
    expect(path).toBe('/api/auth/callback/credentials');
    expect(String(asked?.body)).toBe('email=ada%40example.org&password=a%2Bb%26c&csrfToken=token&json=true');
  });

  it('has one message for wrong credentials', async () => {
    fetched.mockResolvedValueOnce(Response.json({ url: `${ORIGIN}/login?error=CredentialsSignin` }, { status: 401 }));
    expect((await signInWith('ada@example.org', 'x'))?.message).toMatch(/do not belong together/);
  });

  it('fails when the answer names an error', async () => {
    fetched.mockResolvedValueOnce(Response.json({ url: `${ORIGIN}/login?error=Unavailable` }));
    expect((await signInWith('ada@example.org', 'x'))?.message).toMatch(/could not sign you in/);
  });

  it('has the time of the next possible try after a 429', async () => {
    const headers = { 'Retry-After': '900' };
    fetched.mockResolvedValueOnce(Response.json({ code: 'rate_limited' }, { status: 429, headers }));
    const before = Date.now();
    const fault = await signInWith('ada@example.org', 'x');
    expect(fault?.message).toMatch(/many tries.* at \d\d:\d\d\.$/);
    expect(fault?.until).toBeGreaterThanOrEqual(before + 900_000);
  });

  it('has a message for a missing answer', async () => {
    fetched.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    expect((await signInWith('ada@example.org', 'x'))?.message).toMatch(/No answer came/);
  });
});

describe('signInAt', () => {
  it('leads to the provider, with the way back', async () => {
    fetched.mockResolvedValueOnce(Response.json({ url: 'https://elsewhere.example/authorize?state=x' }));
    expect(await signInAt('github', '/history')).toBeUndefined();
    expect(String(fetched.mock.calls[1]?.[1]?.body)).toContain('callbackUrl=%2Fhistory');
    expect(String(assign.mock.calls[0]?.[0])).toBe('https://elsewhere.example/authorize?state=x');
  });

  it('stays on the page when the answer has no URL', async () => {
    fetched.mockResolvedValueOnce(Response.json({}));
    expect((await signInAt('github', '/'))?.message).toMatch(/could not sign you in/);
    expect(assign).not.toHaveBeenCalled();
  });
});

it('signInError returns undefined without a code', () => {
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
])('signInError has a message for %s', (code, sentence) => {
  expect(signInError(code)).toMatch(sentence);
});

it.each(['Unavailable', '__proto__', '<script>', '', ['OAuthCallback', 'twice']])(
  'signInError does not repeat an unknown code (%j)',
  (code) => {
    expect(signInError(code)).toBe('Signing in did not work just now. Please try again in a moment.');
  },
);
