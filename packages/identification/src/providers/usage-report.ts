import type { QuotaWindow } from '../quotas/periods.ts';

/** What a provider says of one window. */
export interface WindowUsage {
  /** Null: it says that there is none. */
  readonly limit: number | null;
  /** Undefined: it does not say. */
  readonly used: number | undefined;
}

/** What a provider says of our quota. A window that it does not speak of is left out. */
export interface UsageReport {
  readonly windows: Readonly<Partial<Record<QuotaWindow, WindowUsage>>>;
  /** It says that it refuses calls, whatever the numbers are. */
  readonly exhausted: boolean;
}

/** Whole numbers, however a provider counts: what is half used is used. What is left decides where it is said. */
export function windowUsage(said: {
  limit?: number | null | undefined;
  used?: number | null | undefined;
  left?: number | null | undefined;
}): WindowUsage {
  const { left, used } = said;
  const limit = said.limit ?? (typeof left === 'number' && typeof used === 'number' ? left + used : null);
  const spent = limit !== null && typeof left === 'number' ? limit - left : used;
  return {
    limit: limit === null ? null : Math.max(0, Math.floor(limit)),
    used: typeof spent === 'number' ? Math.max(0, Math.ceil(spent)) : undefined,
  };
}
