import type { PageQuery } from '../../../lib/page-query.ts';
import { TIERS } from '../../../lib/tiers.ts';
import type { Tier } from '../../../lib/wire.ts';

/** The fields of the filter, as the query of the page has them. */
export interface UserFilter {
  /** Part of an address or a name. */
  search?: string;
  role?: 'user' | 'admin';
  tier?: Tier;
  state?: 'enabled' | 'disabled';
}

const MAX_TEXT = 200;

/** Reads the filter of a query. Empty fields, and those that say nothing the filter knows, are left out. */
export function readUserFilter({ role, search, state, tier }: PageQuery): UserFilter {
  const text = typeof search === 'string' ? search.trim().slice(0, MAX_TEXT) : '';
  const known = TIERS.find((name) => name === tier);
  return {
    ...(text !== '' && { search: text }),
    ...((role === 'user' || role === 'admin') && { role }),
    ...(known !== undefined && { tier: known }),
    ...((state === 'enabled' || state === 'disabled') && { state }),
  };
}

/** Returns the query that leads to a filter again, such as `?search=ada`; empty for none. */
export function userFilterQuery({ role, search, state, tier }: UserFilter, cursor?: string): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ search, role, tier, state, cursor })) {
    if (value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** Returns the input of `admin.users.list`. */
export function userFilterInput({ state, ...filter }: UserFilter) {
  return { ...filter, ...(state !== undefined && { disabled: state === 'disabled' }) };
}
