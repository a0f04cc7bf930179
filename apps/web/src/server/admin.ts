import 'server-only';
import type { Principal } from '@plantcommunity/auth';
import { notFound } from 'next/navigation';
import { container } from './container.ts';
import { unlessAway } from './unless-away.ts';
import { viewer } from './viewer.ts';

/** Returns the viewer if they are an administrator, or `away` while the database is unavailable; others get a 404. */
export async function administrator(): Promise<Principal | 'away'> {
  const { isUnknown, principal } = await viewer();
  if (isUnknown) return 'away';
  return principal?.role === 'admin' ? principal : notFound();
}

/** What `/admin` begins with; judged by the same procedure as the API. */
export async function circuitsOverview(principal: Principal) {
  const { api } = await container();
  return unlessAway(() => api.caller(principal).admin.circuits.overview());
}
