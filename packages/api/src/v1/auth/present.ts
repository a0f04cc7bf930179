import type { Principal, TokenGrant } from '@plantcommunity/auth';
import type { ShareStatus } from '../../rate-limit/credit-buckets.ts';
import type { WireAccount, WireCredits, WireTokenGrant } from './wire.ts';

export function presentAccount({ email, name, role, tier, userId }: Principal): WireAccount {
  return { id: userId, email, name, role, tier };
}

export function presentCredits({ fullAt, policy, rate, remaining }: ShareStatus): WireCredits {
  return { policy, limit: rate.count, remaining, reset_at: new Date(fullAt).toISOString() };
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
