import type { ApiKey } from '../../../lib/wire.ts';

export type Scope = ApiKey['scopes'][number];

/** What a key may do, in words that follow "The key may". */
export const SCOPE_TEXTS: Readonly<Record<Scope, string>> = {
  identify: 'identify plants',
  read: 'read your herbarium',
  write: 'change and delete what is in it',
};
export const SCOPES: readonly Scope[] = ['identify', 'read', 'write'];

/** When a key may expire, by the days until then; none for a key that never expires. */
export const EXPIRIES = [
  { days: '', label: 'Never' },
  { days: '30', label: 'In 30 days' },
  { days: '90', label: 'In 90 days' },
  { days: '365', label: 'In a year' },
] as const;

const DAY_MS = 86_400_000;

/** Returns the expiry of a key as the API takes it, for one of `EXPIRIES`; undefined for a key that never expires. */
export function expiryAfter(days: string, now: number): string | undefined {
  return days === '' ? undefined : new Date(now + Number(days) * DAY_MS).toISOString();
}

/** Lists what a key may do: "May identify plants and read your herbarium". */
export function scopesText(scopes: readonly Scope[]): string {
  const texts = SCOPES.filter((scope) => scopes.includes(scope)).map((scope) => SCOPE_TEXTS[scope]);
  return `May ${new Intl.ListFormat('en-GB').format(texts)}`;
}
