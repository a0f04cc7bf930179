import { procedure } from '../../chain/procedure.ts';
import { presentAccount } from './present.ts';
import { registration } from './wire.ts';

/** A new account; nobody is signed in by it. */
export const register = procedure
  .meta({ policy: 'public', throttle: 'register' })
  .input(registration)
  .mutation(async ({ ctx, input: { email, name, password } }) => {
    await ctx.parts.throttles.register(ctx.request.address);
    return presentAccount(
      await ctx.parts.auth.accounts.register({ email, password, ...(name === undefined ? {} : { name }) }),
    );
  });
