import type { ProviderAccess } from '../provider-access.ts';

/** The access to a provider whose key is never refused. */
export const openAccess: ProviderAccess = {
  isRefused: () => false,
  wasRefused: async () => false,
  note: () => undefined,
};
