import { TIERS } from '../../../lib/tiers.ts';
import type { Tier } from '../../../lib/wire.ts';
import { type PageQuery, queryOf, textIn } from '../list/list-query.ts';

/** The fields of the filter, as the query of the page has them. */
export interface UserFilter {
  /** Part of an address or a name. */
  search?: string;
  role?: 'user' | 'admin';
  tier?: Tier;
  state?: 'enabled' | 'disabled';
}

/** Reads the filter of a query. Empty fields, and those that say nothing the filter knows, are left out. */
export function readUserFilter(query: PageQuery): UserFilter {
  const { role, state, tier } = query;
  const search = textIn(query, 'search');
  const known = TIERS.find((name) => name === tier);
  return {
    ...(search !== undefined && { search }),
    ...((role === 'user' || role === 'admin') && { role }),
    ...(known !== undefined && { tier: known }),
    ...((state === 'enabled' || state === 'disabled') && { state }),
  };
}

/** Returns the query that leads to a filter again, such as `?search=ada`; empty for none. */
export function userFilterQuery({ role, search, state, tier }: UserFilter, cursor?: string): string {
  return queryOf({ search, role, tier, state, cursor });
}

/** Returns the input of `admin.users.list`. */
export function userFilterInput({ state, ...filter }: UserFilter) {
  return { ...filter, ...(state !== undefined && { disabled: state === 'disabled' }) };
}
