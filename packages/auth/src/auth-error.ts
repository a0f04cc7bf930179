export type AuthErrorCode =
  | 'email_taken'
  | 'invalid_email'
  | 'invalid_name'
  | 'invalid_password'
  | 'malformed_password'
  | 'wrong_password'
  | 'last_admin'
  | 'invalid_link'
  | 'invalid_key_name'
  | 'invalid_key_expiry'
  | 'too_many_keys';

/** A request that this package refuses. The API has a sentence for each code. */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: AuthErrorCode;

  constructor(code: AuthErrorCode, options: { cause?: unknown } = {}) {
    super(code, options);
    this.code = code;
  }
}
