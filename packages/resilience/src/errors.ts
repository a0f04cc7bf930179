/** The base class of refusals by this package, and of failures of what processes share: leases and Redis. */
export class ResilienceError extends Error {
  override readonly name: string = 'ResilienceError';
  /** Stable and in lower case, for programs. */
  readonly code: string;
  /** Time until a retry makes sense; undefined when it is unknown. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
