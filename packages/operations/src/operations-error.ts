export type OperationsErrorCode = 'invalid_reason' | 'invalid_end' | 'provider_off' | 'not_isolated';

/** An order that cannot be given; nothing was changed or recorded. `message` may be shown to the operator. */
export class OperationsError extends Error {
  override readonly name = 'OperationsError';
  readonly code: OperationsErrorCode;

  constructor(code: OperationsErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
