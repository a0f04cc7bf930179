export type OperationsErrorCode =
  | 'invalid_reason'
  | 'invalid_end'
  | 'provider_off'
  | 'not_isolated'
  | 'unknown_user'
  | 'user_disabled'
  /** The change would leave no admin who can sign in. */
  | 'last_admin'
  /** The target is in the wanted state already. */
  | 'unchanged'
  /** The operator is no admin any more. */
  | 'not_admin'
  | 'unknown_alert'
  | 'alert_resolved';

/** A change that was refused; nothing was changed or recorded. The API has a sentence for each code. */
export class OperationsError extends Error {
  override readonly name = 'OperationsError';
  readonly code: OperationsErrorCode;
  /** With `invalid_reason`: the length of the reason. */
  readonly length: number | undefined;

  constructor(code: OperationsErrorCode, options: { length?: number } = {}) {
    super(code);
    this.code = code;
    this.length = options.length;
  }
}
