import { procedure } from '../../middleware/procedure.ts';
import { presentAccount } from './present.ts';
import { registration } from './wire.ts';

/** Creates an account, without signing in to it. */
export const register = procedure
  .meta({ policy: 'public', throttle: 'register' })
  .input(registration)
  .mutation(async ({ ctx, input: { email, name, password } }) => {
    const { auth, throttles } = ctx.services;
    const person = { email, password, ...(name === undefined ? {} : { name }) };
    return presentAccount(await throttles.register(ctx.request.address, () => auth.accounts.register(person)));
  });
