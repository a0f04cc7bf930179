import type { Principal, TokenGrant } from '@plantcommunity/auth';
import type { ShareStatus } from '../../rate-limit/credit-buckets.ts';
import type { Usage } from '../../rate-limit/identify-limit.ts';
import type { WireAccount, WireCredits, WireMe, WireTokenGrant } from './wire.ts';

/** A user, and how much the user may still identify. */
export interface CallerUsage {
  principal: Principal;
  usage: Usage;
  /** The daily shares of credits; empty if the account has none. */
  credits: readonly ShareStatus[];
}

export function presentAccount({ email, name, role, tier, userId }: Principal): WireAccount {
  return { id: userId, email, name, role, tier };
}

export function presentMe({ credits, principal, usage }: CallerUsage): WireMe {
  return {
    ...presentAccount(principal),
    usage: {
      limit: usage.limit,
      remaining: usage.remaining,
      reset_at: new Date(usage.resetAt).toISOString(),
      ...(credits.length > 0 && { credits: credits.map(presentCredits) }),
    },
  };
}

function presentCredits({ fullAt, policy, rate, remaining }: ShareStatus): WireCredits {
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
