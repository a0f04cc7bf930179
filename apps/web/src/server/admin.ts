import 'server-only';
import type { Principal } from '@plantcommunity/auth';
import { notFound } from 'next/navigation';
import { container } from './container.ts';
import { orUnavailable } from './or-unavailable.ts';
import { viewer } from './viewer.ts';

/** Returns the viewer if an administrator, or `unavailable` while the database is unavailable; others get a 404. */
export async function administrator(): Promise<Principal | 'unavailable'> {
  const { isUnknown, principal } = await viewer();
  if (isUnknown) return 'unavailable';
  return principal?.role === 'admin' ? principal : notFound();
}

/** What `/admin` begins with; judged by the same procedure as the API. */
export async function circuitsOverview(principal: Principal) {
  const { api } = await container();
  return orUnavailable(() => api.caller(principal).admin.circuits.overview());
}
