import type { Errors, FormResult } from '../../lib/form.ts';
import { problemOf } from '../../lib/problem.ts';
import { toFormFailure } from './account-api.ts';
import { v1 } from './account-client.ts';
import { emailFault, LONG_NAME, NO_EMAIL, nameFault, PASSWORD_RULE, passwordFault } from './account-rules.ts';
import { signInWith } from './session.ts';

export const REGISTRATION = ['email', 'name', 'password'] as const;
type Field = (typeof REGISTRATION)[number];
type Registration = Readonly<Record<Field, string>>;

/** Beside the address; the page offers the way to sign in. */
export const TAKEN = 'There is an account for this address already.';

const WORDS = {
  fields: REGISTRATION,
  wrong: { email: NO_EMAIL, name: LONG_NAME, password: PASSWORD_RULE },
  tooMany:
    'Several accounts were created from this connection. A class can use another network, or ask the operator of this ' +
    'site to raise the limit (REGISTER_RATE).',
};

export function checkRegistration({ email, name, password }: Registration): Errors<Field> {
  return { email: emailFault(email), name: nameFault(name), password: passwordFault(password) };
}

/** Makes an account. Undefined once it is there. */
export async function register({ email, name, password }: Registration): Promise<FormResult<Field> | undefined> {
  try {
    await v1.auth.register.mutate({ email, password, ...(name.trim() === '' ? {} : { name }) });
    return undefined;
  } catch (error) {
    return problemOf(error)?.code === 'email_taken' ? { errors: { email: TAKEN } } : toFormFailure(error, WORDS);
  }
}

/** Signs in with the account that was made; the account stays made when that fails. */
export async function signInAfterRegistering({ email, password }: Registration): Promise<FormResult<Field>> {
  const fault = await signInWith(email, password);
  if (fault === undefined) return 'leaving';
  return { error: { ...fault, sentence: `Your account is made. ${fault.sentence}` } };
}
