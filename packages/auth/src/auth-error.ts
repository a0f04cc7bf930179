export type AuthErrorCode =
  | 'email_taken'
  | 'invalid_email'
  | 'invalid_name'
  | 'invalid_password'
  | 'wrong_password'
  | 'last_admin';

/** A request that this package refuses; `message` may be shown to the person who made it. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: AuthErrorCode;

  constructor(code: AuthErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
