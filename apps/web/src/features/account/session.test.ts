import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signInAt, signInWith } from './session.ts';

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

describe('signing in with a password', () => {
  it('sends it with the token of the form', async () => {
    fetched.mockResolvedValueOnce(Response.json({ url: ORIGIN }));
    expect(await signInWith('ada@example.org', 'a+b&c')).toBeUndefined();
    const [path, asked] = fetched.mock.calls[1] ?? [];
    expect(path).toBe('/api/auth/callback/credentials');
    expect(String(asked?.body)).toBe('email=ada%40example.org&password=a%2Bb%26c&csrfToken=token&json=true');
  });

  it('is refused in one sentence', async () => {
    fetched.mockResolvedValueOnce(Response.json({ url: `${ORIGIN}/login?error=CredentialsSignin` }, { status: 401 }));
    expect((await signInWith('ada@example.org', 'x'))?.sentence).toMatch(/do not belong together/);
  });

  it('is never taken for done when the answer names an error', async () => {
    fetched.mockResolvedValueOnce(Response.json({ url: `${ORIGIN}/login?error=Unavailable` }));
    expect((await signInWith('ada@example.org', 'x'))?.sentence).toMatch(/could not sign you in/);
  });

  it('says when the next try is let through', async () => {
    const headers = { 'Retry-After': '900' };
    fetched.mockResolvedValueOnce(Response.json({ code: 'rate_limited' }, { status: 429, headers }));
    const before = Date.now();
    const fault = await signInWith('ada@example.org', 'x');
    expect(fault?.sentence).toMatch(/many tries.* at \d\d:\d\d\.$/);
    expect(fault?.until).toBeGreaterThanOrEqual(before + 900_000);
  });

  it('says that no answer came', async () => {
    fetched.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    expect((await signInWith('ada@example.org', 'x'))?.sentence).toMatch(/No answer came/);
  });
});

describe('signing in at another service', () => {
  it('goes there, and says where to come back to', async () => {
    fetched.mockResolvedValueOnce(Response.json({ url: 'https://elsewhere.example/authorize?state=x' }));
    expect(await signInAt('github', '/history')).toBeUndefined();
    expect(String(fetched.mock.calls[1]?.[1]?.body)).toContain('callbackUrl=%2Fhistory');
    expect(String(assign.mock.calls[0]?.[0])).toBe('https://elsewhere.example/authorize?state=x');
  });

  it('stays where it is when there is nowhere to go', async () => {
    fetched.mockResolvedValueOnce(Response.json({}));
    expect((await signInAt('github', '/'))?.sentence).toMatch(/could not sign you in/);
    expect(assign).not.toHaveBeenCalled();
  });
});
