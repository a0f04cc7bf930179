import type { Principal } from '@plantcommunity/auth';
import type { ApiConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { ApiError, notFound } from '../errors/api-error.ts';
import { AUTHENTICATION_REQUIRED } from '../errors/texts.ts';
import type { ProcedureMeta } from '../trpc.ts';

/** Who is calling. @throws {ApiError} when the procedure's policy does not let them in */
export async function authenticate(
  { parts, request }: Context,
  { policy }: ProcedureMeta,
): Promise<Principal | undefined> {
  const principal = policy === 'public' ? undefined : await request.authenticate();
  const refused = refusalOf(policy, principal, request.hasBearer, parts.config.mode);
  if (refused !== undefined) throw refused;
  return principal;
}

function refusalOf(
  policy: ProcedureMeta['policy'],
  principal: Principal | undefined,
  hasBearer: boolean,
  mode: ApiConfig['mode'],
): ApiError | undefined {
  if (policy === 'public') return undefined;
  // Whoever may not administer, signed in or not, is not told what there is to administer.
  if (policy === 'admin') return principal?.role === 'admin' ? undefined : notFound();
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
