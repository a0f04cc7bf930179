import { isDatabaseUnavailable, type Principal } from '@plantcommunity/auth';
import { ApiError, notFound } from '../errors/api-error.ts';
import { AUTHENTICATION_REQUIRED } from '../errors/texts.ts';
import type { ApiConfig } from '../services.ts';
import type { Context, RequestContext } from './context.ts';
import type { ProcedureMeta } from './init.ts';

/**
 * A user known only from valid credentials, because the database is unavailable. May identify, within the limits of
 * tier `free`.
 */
export type UnconfirmedUser = Pick<Principal, 'userId'> & { tier: 'free' };

/**
 * Returns the caller, and counts the authentication if calls of the procedure are limited. A failure of the database or
 * of Redis is not counted: it says nothing about the caller.
 * @throws {ApiError} when the procedure's policy does not admit the caller
 */
export async function authenticate(
  context: Context,
  { limit, policy }: ProcedureMeta,
): Promise<Principal | UnconfirmedUser | undefined> {
  const count = (isAdmitted: boolean) => {
    if (limit !== undefined) context.services.metrics.recordAuthentication(isAdmitted);
  };
  try {
    const principal = await admit(context, policy);
    count(true);
    return principal;
  } catch (error) {
    if (error instanceof ApiError) count(false);
    throw error;
  }
}

async function admit(
  { request, services }: Context,
  policy: ProcedureMeta['policy'],
): Promise<Principal | UnconfirmedUser | undefined> {
  const principal = await callerOf(request, policy);
  const refused = refusalOf(policy, principal, request.hasBearer, services.config.mode);
  if (refused !== undefined) throw refused;
  return principal;
}

/** Returns the caller. While the database is unavailable, `identify` accepts credentials alone, for cached answers. */
async function callerOf(
  request: RequestContext,
  policy: ProcedureMeta['policy'],
): Promise<Principal | UnconfirmedUser | undefined> {
  if (policy === 'public') return undefined;
  try {
    return await request.authenticate();
  } catch (error) {
    if (policy !== 'identify' || !isDatabaseUnavailable(error)) throw error;
    const claimed = await request.claimedUser();
    return claimed && { ...claimed, tier: 'free' };
  }
}

/** Whether the database has confirmed the caller. */
export function isConfirmed(caller: Principal | UnconfirmedUser | undefined): caller is Principal {
  return caller !== undefined && 'role' in caller;
}

function refusalOf(
  policy: ProcedureMeta['policy'],
  principal: Principal | UnconfirmedUser | undefined,
  hasBearer: boolean,
  mode: ApiConfig['mode'],
): ApiError | undefined {
  if (policy === 'public') return undefined;
  // A 404 does not reveal to other callers, signed in or not, what administrators can do.
  if (policy === 'admin') return isConfirmed(principal) && principal.role === 'admin' ? undefined : notFound();
  if (principal !== undefined) return undefined;
  if (hasBearer) return invalidToken('The access token is not valid or has expired.');
  return policy === 'identify' && mode === 'development' ? undefined : authenticationRequired();
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
