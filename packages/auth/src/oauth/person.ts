import type { User } from 'next-auth';

/** Who is there, as another service says. */
export interface Person {
  /** Its own name for them, which never changes. */
  sub: string;
  name?: string;
  /** Only when the service says that it is verified. */
  email?: string;
}

/** Of a call to another service; in milliseconds. */
export const HTTP_OPTIONS = { timeout: 10_000 };

/** As next-auth carries it; `id` is the subject until an account is found. */
export function toUser({ email, name, sub }: Person): User {
  return { id: sub, name: name ?? null, email: email ?? null };
}
