import { z } from 'zod';
import { AuthError } from './auth-error.ts';

/** RFC 5321, 4.5.3.1.3 less the angle brackets. */
const MAX_LENGTH = 254;

const emailSchema = z.string().trim().toLowerCase().max(MAX_LENGTH).pipe(z.email());

/** The one spelling an account is kept and looked up under, or undefined for what is no address. */
export function normalizeEmail(value: string): string | undefined {
  return emailSchema.safeParse(value).data;
}

/** @throws {AuthError} `invalid_email` */
export function requireEmail(value: string): string {
  const email = normalizeEmail(value);
  if (email === undefined) throw new AuthError('invalid_email', 'Enter a valid email address.');
  return email;
}
