import 'server-only';
import { type Principal, safeNextPath } from '@plantcommunity/auth';
import { headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { type AuditFilter, auditFilterInput } from '../features/admin/audit/audit-filter.ts';
import { type UserFilter, userFilterInput } from '../features/admin/users/user-filter.ts';
import { container } from './container.ts';
import { orUnavailable, unlessRefused } from './procedure-errors.ts';
import { viewer } from './viewer.ts';

/** Returns what `/account` shows of a signed-in user; user, credits and keys come from the procedures that apps call. */
export async function accountOf(principal: Principal) {
  const { api, auth, settings } = await container();
  const caller = api.caller(principal, await headers());
  const [me, keys, hasPassword, services] = await Promise.all([
    caller.auth.me(),
    caller.apiKeys.list(),
    auth.accounts.hasPassword(principal.userId),
    auth.accounts.linkedServices(principal.userId),
  ]);
  const now = Date.now();
  const apiKeys = keys.items.map((key) => ({
    ...key,
    isExpired: key.expires_at !== undefined && Date.parse(key.expires_at) <= now,
  }));
  return { me, apiKeys, hasPassword, services, rate: settings.rates[me.tier] };
}

/** Returns the viewer if an administrator, or `unavailable` while the database is unavailable; others get a 404. */
export async function administrator(): Promise<Principal | 'unavailable'> {
  const { isUnknown, principal } = await viewer();
  if (isUnknown) return 'unavailable';
  return principal?.role === 'admin' ? principal : notFound();
}

/** Whether the credentials of a request are those of an administrator now, and not only when the request began. */
export async function isStillAdmin(credentials: Headers): Promise<boolean> {
  const { auth } = await container();
  // One object of headers is looked up once.
  const principal = await auth.principalOf(new Headers(credentials));
  return principal?.role === 'admin';
}

/** Returns the first content of `/admin`, from the procedure that checks the role. */
export async function overview(principal: Principal) {
  const { api } = await container();
  return orUnavailable(() => api.caller(principal).admin.overview.get());
}

/** Returns entries of the audit trail, from the procedure that checks the role. @throws for an invalid cursor */
export async function auditPage(
  principal: Principal,
  filter: AuditFilter,
  page: { cursor: string | undefined; limit: number },
) {
  const { api } = await container();
  return api.caller(principal).admin.audit.list({ ...auditFilterInput(filter), ...page });
}

/** Returns accounts, from the procedure that checks the role. */
export async function userPage(
  principal: Principal,
  filter: UserFilter,
  page: { cursor: string | undefined; limit: number },
) {
  const { api } = await container();
  return api.caller(principal).admin.users.list({ ...userFilterInput(filter), ...page });
}

/** Returns an account with the newest entries about it, and the rates of all tiers; undefined for an unknown one. */
export async function userWithHistory(principal: Principal, id: string, entries: number) {
  const { api, settings } = await container();
  const { audit, users } = api.caller(principal).admin;
  const user = await unlessRefused(users.get({ id }));
  if (user === undefined) return undefined;
  return { user, history: await audit.list({ target: id, limit: entries }), rates: settings.rates };
}

/** Returns a page of the viewer's identifications, newest first; undefined for an invalid cursor. */
export async function historyPage(cursor?: string) {
  const caller = await viewersCaller();
  return unlessRefused(caller.plantIdentification.history(cursor === undefined ? {} : { cursor }));
}

/** Returns an identification of the viewer; undefined for one of another user, an unknown or an invalid id. */
export async function identificationOf(id: string) {
  const caller = await viewersCaller();
  return unlessRefused(caller.plantIdentification.identification({ id }));
}

async function viewersCaller() {
  const { api } = await container();
  const { principal } = await viewer();
  return api.caller(principal);
}

/** Returns the sign-in services that `/login` and `/register` offer, and the rate of a new account. */
export async function signInOptions() {
  const { auth, settings } = await container();
  return { services: auth.oauthProviders, rate: settings.rates.free };
}

/**
 * Returns the path to open after a sign-in: the requested one if it is on this site, else `/identify`. next-auth passes
 * the path as a full `callbackUrl` on the way back from another service.
 */
export async function nextPath({ callbackUrl, next }: { callbackUrl?: unknown; next?: unknown }): Promise<string> {
  const { settings } = await container();
  const { origin } = settings.appUrl;
  const back =
    typeof callbackUrl === 'string' && callbackUrl.startsWith(`${origin}/`) ? callbackUrl.slice(origin.length) : '';
  return safeNextPath(next, safeNextPath(back, '/identify'));
}
