export type { EnsuredAdmin } from './admin.ts';
export { type Auth, createAuth, type Users } from './auth.ts';
export { AuthError, type AuthErrorCode } from './auth-error.ts';
export { normalizeEmail } from './email.ts';
export { safeNextPath } from './next-path.ts';
export { PASSWORD_LENGTH, passwordLength } from './password.ts';
export type { Principal } from './principal.ts';
export type { TokenGrant, Tokens } from './tokens/tokens.ts';
export type { NewUser } from './users.ts';
