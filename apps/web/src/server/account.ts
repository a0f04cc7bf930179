import 'server-only';
import type { Principal } from '@plantcommunity/auth';
import { headers } from 'next/headers';
import { container } from './container.ts';

/** What `/account` shows of whoever is signed in; who and how much, as the API tells an app. */
export async function accountOf(principal: Principal) {
  const { api, auth, settings } = await container();
  const [me, hasPassword, services] = await Promise.all([
    api.caller(principal, await headers()).auth.me(),
    auth.accounts.hasPassword(principal.userId),
    auth.accounts.linkedServices(principal.userId),
  ]);
  return { me, hasPassword, services, rate: settings.rates[me.tier] };
}
