import { z } from 'zod';
import { knownPassword, newPassword } from '../auth/wire.ts';

/** Inputs of `v1.account`, which is offered over tRPC only. None is empty: no form of a foreign page could send it. */

export const passwordChange = z.strictObject({ current: knownPassword, next: newPassword });

/** Said by the page once it has asked. */
const confirm = z.literal(true);

export const signingOut = z.strictObject({ confirm });

/** `password`: of an account that has one. */
export const removal = z.strictObject({ confirm, password: knownPassword.optional() });
