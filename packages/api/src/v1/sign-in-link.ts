import { z } from 'zod';
import { baseProcedure } from '../middleware/procedure.ts';
import { newPassword } from './auth/wire.ts';

/** Longer than any token. */
const MAX_TOKEN = 512;

const token = z.string().min(1).max(MAX_TOKEN);

/**
 * Returns the address of a one-time sign-in link. The token is in the fragment, which browsers send to no server: it
 * reaches no log of a proxy and no Referer, and programs that open links to scan them never see it.
 */
export function signInLinkUrl(appUrl: URL, secret: string): string {
  const url = new URL('/sign-in-link', appUrl);
  url.hash = secret;
  return url.href;
}

/**
 * Procedures for the page of a sign-in link; only tRPC offers them. Both are mutations, whose input is in the body: that
 * of a query would be in the URL.
 */
export function signInLinkProcedures() {
  return {
    /** Tells whose link it is, and until when it may be used, without using it. */
    open: baseProcedure
      .meta({ policy: 'public', throttle: 'sign_in' })
      .input(z.strictObject({ token }))
      .mutation(({ ctx: { request, services }, input }) =>
        services.throttles.signInLink(request.address, async () => {
          const { email, expiresAt } = await services.operations.users.findSignInLink(input.token);
          return { email, expires_at: expiresAt.toISOString() };
        }),
      ),

    /** Sets a new password, once, and ends all sessions and tokens of the account. Does not sign in. */
    use: baseProcedure
      .meta({ policy: 'public', throttle: 'sign_in' })
      .input(z.strictObject({ token, password: newPassword }))
      .mutation(({ ctx: { request, services }, input }) =>
        services.throttles.signInLink(request.address, async () => {
          const { address, requestId } = request;
          const sender = { requestId, ...(address !== undefined && { address }) };
          return services.operations.users.useSignInLink(input, sender);
        }),
      ),
  };
}
