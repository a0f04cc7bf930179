export { type ApiKeyScope, isDatabaseUnavailable } from '@plantcommunity/db';
export type { Accounts } from './accounts/accounts.ts';
export type { AccountAdministration, AccountDetails } from './accounts/administration.ts';
export { DELETED_DOMAIN } from './accounts/delete-account.ts';
export type { AccountPage, AccountQuery, AccountSummary } from './accounts/list-accounts.ts';
export type { LockedAccount } from './accounts/lock-account.ts';
export type { NewSignInLink, SignInLinkState, UsableSignInLink } from './accounts/sign-in-links.ts';
export {
  API_KEY_SCOPES,
  type ApiKey,
  type ApiKeys,
  type CreatedApiKey,
  MAX_API_KEYS,
  type NewApiKey,
} from './api-keys/api-keys.ts';
export type { KeyHolder } from './api-keys/key-holder.ts';
export { type Auth, createAuth, type Users } from './auth.ts';
export { AuthError, type AuthErrorCode } from './auth-error.ts';
export { type BearerKind, bearerKindOf, wellFormedApiKeyOf } from './bearer.ts';
export { isOneLine, MAX_NAME_LENGTH, PASSWORD_LENGTH, passwordLength } from './input-rules.ts';
export { safeNextPath } from './next-auth-options.ts';
export type { OAuthOptions, OAuthProviderName } from './oauth/providers.ts';
export type { ClaimedUser, Principal } from './principal.ts';
export type { TokenGrant, Tokens } from './tokens/tokens.ts';
export { type EnsuredAdmin, type NewUser, normalizeEmail } from './users.ts';
