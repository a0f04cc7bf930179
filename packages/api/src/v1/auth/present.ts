import type { Principal, TokenGrant } from '@plantcommunity/auth';
import type { WireAccount, WireTokenGrant } from './wire.ts';

export function presentAccount({ email, name, role, tier, userId }: Principal): WireAccount {
  return { id: userId, email, name, role, tier };
}

export function presentGrant(grant: TokenGrant): WireTokenGrant {
  return {
    access_token: grant.accessToken,
    token_type: 'Bearer',
    expires_in: grant.expiresIn,
    refresh_token: grant.refreshToken,
    refresh_expires_in: grant.refreshExpiresIn,
  };
}
