import type { Principal } from '@plantcommunity/auth';
import { addressKey } from '@plantcommunity/http';

/**
 * Returns the subject of the per-process limits (photo decodes, upload bytes, progress streams): a user, or all
 * anonymous callers of one address (one /64 of IPv6). Anonymous callers without a known address share one subject.
 */
export function subjectOf(principal: Pick<Principal, 'userId'> | undefined, address: string | undefined): string {
  if (principal !== undefined) return `user:${principal.userId}`;
  return `address:${address === undefined ? 'unknown' : addressKey(address)}`;
}
