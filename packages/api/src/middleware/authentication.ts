import { type ApiKeyScope, isDatabaseUnavailable, type KeyHolder, type Principal } from '@plantcommunity/auth';
import { ApiError, notFound } from '../errors/api-error.ts';
import { AUTHENTICATION_REQUIRED, insufficientScopeText } from '../errors/texts.ts';
import { BadTokenError } from '../rate-limit/bad-tokens.ts';
import type { ApiConfig } from '../services.ts';
import { type Context, type RequestContext, setRateHeaders } from './context.ts';
import type { ProcedureMeta } from './init.ts';

/**
 * A user known only from valid credentials, because the database is unavailable. May identify, within the limits of
 * tier `free`.
 */
export type UnconfirmedUser = Pick<Principal, 'userId'> & { tier: 'free' };

/**
 * Returns the caller, and counts the authentication if calls of the procedure are limited. A failure of the database or
 * of Redis is not counted: it says nothing about the caller.
 * @throws {ApiError} when the procedure's policy does not admit the caller, or the scopes of its API key do not
 */
export async function authenticate(
  context: Context,
  meta: ProcedureMeta,
): Promise<Principal | UnconfirmedUser | undefined> {
  const count = (isAdmitted: boolean) => {
    if (meta.limit !== undefined) context.services.metrics.recordAuthentication(isAdmitted);
  };
  try {
    const principal = await admit(context, meta);
    count(true);
    return principal;
  } catch (error) {
    if (error instanceof ApiError) count(false);
    if (error instanceof BadTokenError && meta.limit !== undefined) setRateHeaders(context, error.rateHeaders);
    throw error;
  }
}

async function admit(
  { request, services }: Context,
  { policy, scope }: ProcedureMeta,
): Promise<Principal | UnconfirmedUser | undefined> {
  const caller = await callerOf(request, policy);
  const refused = scopeRefusalOf(caller, scope) ?? refusalOf(policy, caller, request.bearer, services.config.mode);
  if (refused !== undefined) throw refused;
  return caller;
}

/** Returns the caller. While the database is unavailable, `identify` accepts credentials alone, for cached answers. */
async function callerOf(
  request: RequestContext,
  policy: ProcedureMeta['policy'],
): Promise<Principal | KeyHolder | UnconfirmedUser | undefined> {
  if (policy === 'public') return undefined;
  try {
    return await request.authenticate();
  } catch (error) {
    if (policy !== 'identify' || !isDatabaseUnavailable(error)) throw error;
    // Only the database can tell a valid API key, so it is neither accepted nor called invalid.
    if (request.bearer === 'api_key') throw error;
    const claimed = await request.claimedUser();
    return claimed && { ...claimed, tier: 'free' };
  }
}

/** Whether the database has confirmed the caller. */
export function isConfirmed(caller: Principal | UnconfirmedUser | undefined): caller is Principal {
  return caller !== undefined && 'role' in caller;
}

/** Returns the 403 for an API key without the scope of the procedure; undefined for all other callers. */
function scopeRefusalOf(
  caller: Principal | KeyHolder | UnconfirmedUser | undefined,
  scope: ApiKeyScope | undefined,
): ApiError | undefined {
  if (caller === undefined || !('apiKey' in caller)) return undefined;
  return scope !== undefined && caller.apiKey.scopes.includes(scope) ? undefined : insufficientScope(scope);
}

const INVALID_BEARER = {
  access_token: 'The access token is not valid or has expired.',
  api_key: 'The API key is not valid, was revoked or has expired.',
} as const;

function refusalOf(
  policy: ProcedureMeta['policy'],
  principal: Principal | UnconfirmedUser | undefined,
  bearer: RequestContext['bearer'],
  mode: ApiConfig['mode'],
): ApiError | undefined {
  if (policy === 'public') return undefined;
  // A 404 does not reveal to other callers, signed in or not, what administrators can do.
  if (policy === 'admin') return isConfirmed(principal) && principal.role === 'admin' ? undefined : notFound();
  if (principal !== undefined) return undefined;
  if (bearer !== undefined) return invalidToken(INVALID_BEARER[bearer]);
  return policy === 'identify' && mode === 'development' ? undefined : authenticationRequired();
}

/** Creates the 403 of RFC 6750, 3.1. Without a scope no API key suffices. */
function insufficientScope(scope: ApiKeyScope | undefined): ApiError {
  const challenge = `Bearer error="insufficient_scope"${scope === undefined ? '' : `, scope="${scope}"`}`;
  return new ApiError('insufficient_scope', insufficientScopeText(scope), {
    headers: { 'WWW-Authenticate': challenge },
  });
}

export function authenticationRequired(): ApiError {
  return new ApiError('authentication_required', AUTHENTICATION_REQUIRED, {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}

export function invalidToken(detail: string): ApiError {
  return new ApiError('invalid_token', detail, {
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  });
}
