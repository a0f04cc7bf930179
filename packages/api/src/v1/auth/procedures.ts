import { ApiError } from '../../errors/api-error.ts';
import { invalidToken } from '../../middleware/authentication.ts';
import { procedure, userProcedure } from '../../middleware/procedure.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { credentials, refreshToken, registration } from './wire.ts';

export function authProcedures<W extends WireShapes>(presenter: Presenter<W>) {
  return {
    /** Creates an account, without signing in to it. */
    register: procedure
      .meta({ policy: 'public', throttle: 'register' })
      .input(registration)
      .mutation(async ({ ctx, input: { email, name, password } }) => {
        const { auth, throttles } = ctx.services;
        const person = { email, password, ...(name === undefined ? {} : { name }) };
        const account = await throttles.register(ctx.request.address, () => auth.accounts.register(person));
        return presenter.account.present(account);
      }),

    /** Signs an app in. A wrong password and an unknown account give the same answer. */
    token: procedure
      .meta({ policy: 'public', throttle: 'sign_in' })
      .input(credentials)
      .mutation(({ ctx: { request, services }, input }) =>
        services.throttles.signIn({ email: input.email, address: request.address }, async (attempt) => {
          const grant = await services.auth.tokens.issue(input);
          if (grant === undefined) throw invalidCredentials();
          if (grant === 'disabled') throw new ApiError('account_disabled', 'This account is disabled.');
          attempt.succeeded();
          return presenter.tokenGrant.present(grant);
        }),
      ),

    /** Exchanges a refresh token for the next pair of tokens; repeated, for the same pair until it is used. */
    refresh: procedure
      .meta({ policy: 'public', throttle: 'refresh' })
      .input(refreshToken)
      .mutation(async ({ ctx, input: { refresh_token: token } }) => {
        const { auth, throttles } = ctx.services;
        const grant = await throttles.withRefreshToken({ token, address: ctx.request.address }, () =>
          auth.tokens.refresh(token, (signInId) => throttles.refresh(signInId)),
        );
        if (grant === undefined) {
          throw invalidToken('The refresh token is not valid, was used before, or has expired.');
        }
        return presenter.tokenGrant.present(grant);
      }),

    /** Signs an app out: revokes all tokens of its sign-in. Unknown tokens succeed too, until their rate limit. */
    revoke: procedure
      .meta({ policy: 'public', throttle: 'refresh' })
      .input(refreshToken)
      .mutation(async ({ ctx, input: { refresh_token: token } }) => {
        const { auth, throttles } = ctx.services;
        await throttles.withRefreshToken(
          { token, address: ctx.request.address },
          async () => (await auth.tokens.revoke(token)) || undefined,
        );
      }),

    /** Returns the caller's account as the database has it now, and its remaining identifications. */
    me: userProcedure.query(async ({ ctx }) => {
      const { creditShares, identifyLimit } = ctx.services;
      const [usage, credits] = await Promise.all([
        identifyLimit.peek(ctx.rateLimitSubject),
        creditShares.peek(creditShares.sharesOf(ctx.principal, ctx.request.address)),
      ]);
      return presenter.me.present({ principal: ctx.principal, usage, credits });
    }),
  };
}

function invalidCredentials(): ApiError {
  return new ApiError('invalid_credentials', 'The email address or the password is wrong.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}
