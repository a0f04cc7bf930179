import { baseProcedure } from '../../middleware/procedure.ts';
import { defineEndpoint } from '../../rest/endpoint.ts';
import { locationHeader } from '../../rest/openapi-headers.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { registration, restRegistration } from './wire.ts';

/** Creates an account, without signing in to it. */
export function register<W extends WireShapes>({ account }: Presenter<W>) {
  const procedure = baseProcedure
    .meta({ policy: 'public', throttle: 'register' })
    .input(registration)
    .mutation(async ({ ctx, input: { email, name, password } }) => {
      const { auth, throttles } = ctx.services;
      const person = { email, password, ...(name === undefined ? {} : { name }) };
      return account.present(await throttles.register(ctx.request.address, () => auth.accounts.register(person)));
    });
  return defineEndpoint({
    operationId: 'register',
    summary: 'Create an account',
    description:
      'Creates an account of tier free with an email address and a password. It does not sign in: `issueToken` does.',
    tag: 'Accounts',
    method: 'POST',
    path: '/auth/register',
    procedure,
    request: { json: registration },
    responses: {
      201: {
        description: 'The account; the caller is not signed in',
        json: account.schema,
        headers: locationHeader('/api/v1/auth/me'),
      },
    },
    errors: ['email_taken'],
    input: ({ json }) => json(restRegistration),
    respond: (json) => ({ status: 201, json, location: '/auth/me' }),
  });
}
