import { z } from 'zod';
import { userProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { knownPassword } from '../auth/wire.ts';
import { CONFIRMED, confirmation } from '../confirmation.ts';
import { verifyPassword } from './verify-password.ts';

const password = knownPassword.optional().meta({ description: 'Required if the account has a password' });

const deletion = z
  .strictObject({ password })
  .meta({ id: 'AccountDeletion', example: { password: 'correct horse battery staple' } });

/** Deletes the caller's account with its identifications and photos, for good. */
export function deleteAccount() {
  const procedure = userProcedure
    .meta({ policy: 'user', throttle: 'sign_in' })
    .input(confirmation.extend({ password }))
    .mutation(({ ctx, input: sent }) =>
      verifyPassword(ctx, '#/password', () =>
        ctx.services.auth.accounts.delete(
          ctx.principal.userId,
          sent.password === undefined ? {} : { password: sent.password },
        ),
      ),
    );
  return defineEndpoint({
    operationId: 'deleteAccount',
    summary: "Delete the caller's account",
    description: 'Deletes the account for good, after checking its password if it has one.',
    tag: 'Accounts',
    method: 'DELETE',
    path: '/auth/me',
    procedure,
    request: { json: deletion },
    responses: {
      204: { description: 'The account is deleted, with its identifications, photos, sessions, tokens and API keys' },
    },
    input: async ({ json }) => ({ ...(await json(deletion)), ...CONFIRMED }),
    respond: () => ({ status: 204 }),
  });
}
