import type { AccountDetails, AccountPage, AccountSummary } from '@plantcommunity/auth';
import type { MadeSignInLink } from '@plantcommunity/operations';
import { signInLinkUrl } from '../sign-in-link.ts';
import type { WireMadeSignInLink, WireUserDetails, WireUserPage } from './user-wire.ts';

/** Members that are undefined are absent on the wire. */
export function presentUserPage({ accounts, nextCursor, total }: AccountPage): WireUserPage {
  return { items: accounts.map(presentSummary), total, next_cursor: nextCursor };
}

export function presentUserDetails(account: AccountDetails): WireUserDetails {
  const { apiKeys, hasPassword, identifications, services, sessions, signInLink } = account;
  return {
    ...presentSummary(account),
    has_password: hasPassword,
    services: [...services],
    sessions,
    api_keys: apiKeys,
    identifications,
    sign_in_link: {
      state: signInLink.link,
      until: signInLink.link === 'unused' ? signInLink.until.toISOString() : undefined,
    },
  };
}

/** A link as it is told to the operator who made it; `appUrl` is the public origin. */
export function presentMadeSignInLink({ appUrl, link }: { link: MadeSignInLink; appUrl: URL }): WireMadeSignInLink {
  return {
    url: signInLinkUrl(appUrl, link.token),
    expires_at: link.expiresAt.toISOString(),
    user: presentUserDetails(link.user),
  };
}

function presentSummary({ createdAt, disabledAt, email, name, role, tier, userId }: AccountSummary) {
  return {
    id: userId,
    email,
    name,
    role,
    tier,
    created_at: createdAt.toISOString(),
    disabled_at: disabledAt?.toISOString(),
  };
}
