import type { WindowUsage } from '../quotas/types.ts';

/**
 * Returns the usage in whole credits, however the provider counts: partly used credits count as used. When `left` is
 * reported, it takes precedence over `used`.
 */
export function windowUsage(reported: {
  limit?: number | null | undefined;
  used?: number | null | undefined;
  left?: number | null | undefined;
}): WindowUsage {
  const { left, used } = reported;
  const limit = reported.limit ?? (typeof left === 'number' && typeof used === 'number' ? left + used : null);
  const spent = limit !== null && typeof left === 'number' ? limit - left : used;
  return {
    limit: limit === null ? null : Math.max(0, Math.floor(limit)),
    used: typeof spent === 'number' ? Math.max(0, Math.ceil(spent)) : undefined,
  };
}
