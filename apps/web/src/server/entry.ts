import 'server-only';
import { safeNextPath } from '@plantcommunity/auth';
import { container } from './container.ts';

/** What the pages to sign in and to register offer: other services, and how often a new account may identify. */
export async function waysIn() {
  const { auth, settings } = await container();
  return { services: auth.oauthProviders, rate: settings.rates.free };
}

/**
 * Where to go once somebody is signed in: a path of our own, whatever was asked. `callbackUrl` is what next-auth makes
 * of such a path on the way back from another service.
 */
export async function nextOf({ callbackUrl, next }: { callbackUrl?: unknown; next?: unknown }): Promise<string> {
  const { settings } = await container();
  const { origin } = settings.appUrl;
  const back =
    typeof callbackUrl === 'string' && callbackUrl.startsWith(`${origin}/`) ? callbackUrl.slice(origin.length) : '';
  return safeNextPath(next, safeNextPath(back, '/identify'));
}
