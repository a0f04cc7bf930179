import type { Logger } from '@plantcommunity/telemetry';
import type { User } from 'next-auth';
import { z } from 'zod';

/**
 * Reasons for which a service gives no address for a new account: it has none that is verified, the keys have no
 * permission to read addresses, or the service could not be asked.
 */
const EMAIL_PROBLEMS = ['EmailNotVerified', 'EmailNotShared', 'EmailUnreachable'] as const;
export type EmailProblem = (typeof EMAIL_PROBLEMS)[number];

/** A person, as another service describes them. */
export interface Person {
  /** The service's own name for them, which never changes. */
  sub: string;
  name?: string;
  /** Verified address. A person who already has an account here needs none. */
  email?: string;
  /** Set when there is no `email`. */
  emailProblem?: EmailProblem;
}

/** The address of a person, or the reason why there is none. */
export type EmailOrProblem = Pick<Person, 'email' | 'emailProblem'>;

/** Options of a call to another service; milliseconds. */
export const HTTP_OPTIONS = { timeout: 10_000 };

const personSchema = z.object({
  id: z.string(),
  name: z.string().nullish(),
  email: z.string().nullish(),
  emailProblem: z.enum(EMAIL_PROBLEMS).optional(),
});

/** Converts a person for next-auth, which carries the object through a sign-in; `id` is the subject. */
export function toUser({ email, emailProblem, name, sub }: Person): User {
  const user = { id: sub, name: name ?? null, email: email ?? null };
  return emailProblem === undefined ? user : Object.assign(user, { emailProblem });
}

/** Converts the object that next-auth carried through a sign-in back to a person. */
export function fromUser(user: User): Person {
  const { email, emailProblem, id, name } = personSchema.parse(user);
  return { sub: id, ...(name && { name }), ...(email && { email }), ...(emailProblem && { emailProblem }) };
}

/**
 * Returns a function that logs, once a process, that a service shares no addresses and which permission is missing. It
 * logs nothing about the person.
 */
export function missingPermission(logger: Logger, provider: string, permission: string): (status?: number) => void {
  let isLogged = false;
  return (status) => {
    if (isLogged) return;
    isLogged = true;
    logger.warn(
      { provider, ...(status === undefined ? {} : { status }) },
      `[AUTH] The service shares no e-mail addresses: ${permission}. Only people who have an account already can sign in`,
    );
  };
}
