import { AuthError } from './auth-error.ts';

/** In characters. */
const MAX_LENGTH = 100;

/** What breaks lines, cannot be stored, or turns around the text beside it. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** The spelling a name is kept under; undefined when none is given. @throws {AuthError} `invalid_name` */
export function requireName(value: string | undefined): string | undefined {
  const name = (value ?? '').normalize('NFC').trim();
  if (name === '') return undefined;
  if (UNFIT.test(name) || Array.from(name).length > MAX_LENGTH) {
    throw new AuthError('invalid_name', `A name has at most ${MAX_LENGTH} characters, on one line.`);
  }
  return name;
}
