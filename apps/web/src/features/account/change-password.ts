import type { Errors, FormResult } from '../../lib/form.ts';
import { toFormFailure } from './account-api.ts';
import { v1 } from './account-client.ts';
import { missingPassword, PASSWORD_RULE, passwordFault } from './account-rules.ts';
import { signInWith } from './session.ts';
import { MANY_TRIES } from './sign-in-texts.ts';

export const PASSWORDS = ['current', 'next'] as const;
type Field = (typeof PASSWORDS)[number];
type Passwords = Readonly<Record<Field, string>>;

const WORDS = {
  fields: PASSWORDS,
  wrong: { current: 'This is not your current password.', next: PASSWORD_RULE },
  tooMany: MANY_TRIES,
};

export function checkPasswords({ current, next }: Passwords): Errors<Field> {
  const same = next === current ? 'This is the password you have now. Please choose another one.' : undefined;
  return { current: missingPassword(current), next: passwordFault(next) ?? same };
}

/** Changes the password, which ends all sessions, and begins one here with the new one. */
export async function changePassword(email: string, passwords: Passwords): Promise<FormResult<Field>> {
  try {
    await v1.account.changePassword.mutate(passwords);
  } catch (error) {
    return toFormFailure(error, WORDS);
  }
  if ((await signInWith(email, passwords.next)) === undefined) return 'done';
  // It is changed all the same; whoever wants to see the account signs in.
  location.assign('/login?next=/account');
  return 'leaving';
}
