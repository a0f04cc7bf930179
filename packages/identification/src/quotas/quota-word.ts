import type { QuotaWindow } from './period.ts';

/** What a provider says of one window. */
export interface WindowWord {
  /** Null: it says that there is none. */
  readonly limit: number | null;
  /** Undefined: it does not say. */
  readonly used: number | undefined;
}

/** What a provider says of our quota. A window that it does not speak of is left out. */
export interface QuotaWord {
  readonly windows: Readonly<Partial<Record<QuotaWindow, WindowWord>>>;
  /** It says that it refuses calls, whatever the numbers are. */
  readonly exhausted: boolean;
}

/** Whole numbers, however a provider counts: what is half used is used. What is left decides where it is said. */
export function windowWord(said: {
  limit?: number | null | undefined;
  used?: number | null | undefined;
  left?: number | null | undefined;
}): WindowWord {
  const { left, used } = said;
  const limit = said.limit ?? (typeof left === 'number' && typeof used === 'number' ? left + used : null);
  const spent = limit !== null && typeof left === 'number' ? limit - left : used;
  return {
    limit: limit === null ? null : Math.max(0, Math.floor(limit)),
    used: typeof spent === 'number' ? Math.max(0, Math.ceil(spent)) : undefined,
  };
}
