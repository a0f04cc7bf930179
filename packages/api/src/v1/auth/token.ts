import { ApiError } from '../../errors/api-error.ts';
import { procedure } from '../../middleware/procedure.ts';
import { presentGrant } from './present.ts';
import { credentials } from './wire.ts';

/** Signs an app in. Nothing tells whether there is an account, unless its password was known. */
export const token = procedure
  .meta({ policy: 'public', throttle: 'sign_in' })
  .input(credentials)
  .mutation(({ ctx: { services, request }, input }) =>
    services.throttles.signIn({ email: input.email, address: request.address }, async (attempt) => {
      const grant = await services.auth.tokens.issue(input);
      if (grant === undefined) throw invalidCredentials();
      if (grant === 'disabled') throw new ApiError('account_disabled', 'This account is disabled.');
      attempt.succeeded();
      return presentGrant(grant);
    }),
  );

function invalidCredentials(): ApiError {
  return new ApiError('invalid_credentials', 'The email address or the password is wrong.', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}
