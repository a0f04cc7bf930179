import type { ProviderAccess } from '../../providers/provider-access.ts';

/** Access to a provider whose API key is never rejected. */
export const openAccess: ProviderAccess = {
  faults: () => [],
  isRefused: () => false,
  wasRefused: async () => false,
  record: () => undefined,
  refusedSince: () => undefined,
  unpaidSince: () => undefined,
  recordUnpaid: () => undefined,
};
