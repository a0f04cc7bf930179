import { hostOf } from './host.ts';

/**
 * Who sent a request that changes state: a page of ours (or one we trust), a foreign page, or no browser at all,
 * which passes but whose cookies count for nothing.
 */
export type Sender = 'own' | 'foreign' | 'no_browser';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function changesState({ method = 'GET' }: { method?: string | undefined }): boolean {
  return !SAFE_METHODS.has(method);
}

export function hasBearer(headers: Headers): boolean {
  return isBearer(headers.get('authorization'));
}

export function isBearer(authorization: string | null | undefined): boolean {
  return /^bearer(\s|$)/i.test(authorization ?? '');
}

/** Browsers set `Sec-Fetch-Site` and `Origin` themselves; no page can forge them. */
export function senderOf(request: Request, appUrl: URL, trustedOrigins: readonly string[]): Sender {
  const site = request.headers.get('sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return 'own';
  const origin = request.headers.get('origin');
  if (origin === null) return site === null ? 'no_browser' : 'foreign';
  // The host was checked before: a page of any allowed host is ours, over the scheme we are served with.
  const ours = [appUrl.origin, `${appUrl.protocol}//${hostOf(request)}`, ...trustedOrigins];
  return ours.includes(origin) ? 'own' : 'foreign';
}
