export type AuthErrorCode =
  | 'email_taken'
  | 'invalid_email'
  | 'invalid_name'
  | 'invalid_password'
  | 'wrong_password'
  | 'last_admin';

/** What this package refuses on purpose; `message` may be shown to whoever asked. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: AuthErrorCode;

  constructor(code: AuthErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
