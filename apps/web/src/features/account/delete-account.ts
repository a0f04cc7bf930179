import type { Errors, FormResult } from '../../lib/form.ts';
import { toFormFailure } from './account-api.ts';
import { v1 } from './account-client.ts';
import { missingPassword } from './account-rules.ts';
import { leaveWith } from './departure.ts';
import { MANY_TRIES } from './sign-in-texts.ts';

/** What is typed to confirm: the password or, of an account that has none, its address. */
export const CONFIRMATION = ['password', 'email'] as const;
type Field = (typeof CONFIRMATION)[number];
type Confirmation = Readonly<Record<Field, string>>;

interface Removed {
  email: string;
  hasPassword: boolean;
}

const WORDS = {
  fields: CONFIRMATION,
  wrong: { password: 'This is not your password.', email: 'This is not the address of this account.' },
  tooMany: MANY_TRIES,
};

export function checkConfirmation({ email, hasPassword }: Removed, typed: Confirmation): Errors<Field> {
  if (hasPassword) return { password: missingPassword(typed.password) };
  return typed.email.trim().toLowerCase() === email.toLowerCase() ? {} : { email: WORDS.wrong.email };
}

/** Deletes the account with all that belongs to it, and leaves. */
export async function removeAccount({ hasPassword }: Removed, { password }: Confirmation): Promise<FormResult<Field>> {
  try {
    await v1.account.remove.mutate({ confirm: true, ...(hasPassword && { password }) });
  } catch (error) {
    return toFormFailure(error, WORDS);
  }
  await leaveWith('removed');
  return 'leaving';
}
