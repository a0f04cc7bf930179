import { z } from 'zod';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { knownPassword, newPassword } from '../auth/wire.ts';
import { verifyPassword } from './verify-password.ts';

const passwordChange = z.strictObject({ current: knownPassword, next: newPassword }).meta({
  id: 'PasswordChange',
  example: { current: 'correct horse battery staple', next: 'a longer sentence to remember' },
});

/** Changes the caller's password, which ends all sessions and tokens of the account, also the one that sends the call. */
export function changePassword() {
  const procedure = userProcedure
    .meta({ policy: 'user', throttle: 'sign_in' })
    .input(passwordChange)
    .mutation(({ ctx, input }) =>
      verifyPassword(ctx, '#/current', () => ctx.services.auth.accounts.changePassword(ctx.principal.userId, input)),
    );
  return defineEndpoint({
    operationId: 'changePassword',
    summary: "Change the caller's password",
    description:
      "Sets a new password after checking the current one. All sessions and tokens of the account end, the caller's included; API keys stay.",
    tag: 'Accounts',
    method: 'PUT',
    path: '/auth/password',
    procedure,
    request: { json: passwordChange },
    responses: { 204: { description: 'The password is changed; all sessions and tokens of the account have ended' } },
    input: ({ json }) => json(passwordChange),
    respond: () => ({ status: 204 }),
  });
}
