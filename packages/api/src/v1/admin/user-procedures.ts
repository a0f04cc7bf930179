import { adminProcedure } from '../../middleware/procedure.ts';
import type { Presenter, WireShapes } from '../presenter.ts';
import { roleInput, tierInput, userChangeInput, userInput, userListInput } from './user-wire.ts';

/** Procedures about accounts. Each change takes a reason, is audited, and returns the account afterwards. */
export function userProcedures<W extends WireShapes>(presenter: Presenter<W>) {
  const { present } = presenter.userDetails;
  return {
    /** Lists the accounts that match, the newest first. */
    list: adminProcedure
      .input(userListInput)
      .query(async ({ ctx, input: { disabled, ...query } }) =>
        presenter.userPage.present(await ctx.services.operations.users.list({ ...query, isDisabled: disabled })),
      ),

    /** Returns one account. */
    get: adminProcedure
      .input(userInput)
      .query(async ({ ctx, input: { id } }) => present(await ctx.services.operations.users.get(id))),

    /** Changes the rate limit of the user; calls already counted stay counted. */
    setTier: adminProcedure
      .input(tierInput)
      .mutation(async ({ ctx, input: { id, ...change } }) =>
        present(await ctx.services.operations.users.setTier(ctx.operator, { ...change, userId: id })),
      ),

    /** Makes the user an admin or no longer one; the last admin stays one. */
    setRole: adminProcedure
      .input(roleInput)
      .mutation(async ({ ctx, input: { id, ...change } }) =>
        present(await ctx.services.operations.users.setRole(ctx.operator, { ...change, userId: id })),
      ),

    /** Ends all sessions, tokens and API keys of the user, who cannot sign in any more. The last admin cannot be disabled. */
    disable: adminProcedure
      .input(userChangeInput)
      .mutation(async ({ ctx, input: { id, reason } }) =>
        present(await ctx.services.operations.users.disable(ctx.operator, { reason, userId: id })),
      ),

    /** Lets a disabled user sign in again. */
    enable: adminProcedure
      .input(userChangeInput)
      .mutation(async ({ ctx, input: { id, reason } }) =>
        present(await ctx.services.operations.users.enable(ctx.operator, { reason, userId: id })),
      ),

    /** Makes a one-time link by which the user sets a new password; the one before ends. */
    makeSignInLink: adminProcedure
      .meta({ policy: 'admin', throttle: 'sign_in' })
      .input(userChangeInput)
      .mutation(async ({ ctx, input: { id, reason } }) => {
        const { config, operations, throttles } = ctx.services;
        const link = await throttles.newSignInLink(ctx.operator.userId, () =>
          operations.users.makeSignInLink(ctx.operator, { reason, userId: id }),
        );
        return presenter.madeSignInLink.present({ link, appUrl: config.appUrl });
      }),
  };
}
