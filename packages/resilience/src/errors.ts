/** The root of every error this package throws on purpose. */
export class ResilienceError extends Error {
  override readonly name: string = 'ResilienceError';
  /** Stable, lower case, for programs. */
  readonly code: string;
  /** How long to wait before trying again, when that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
