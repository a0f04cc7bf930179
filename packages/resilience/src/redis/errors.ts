import { ResilienceError } from '../errors.ts';

/** Redis did not answer in time or is not connected. */
export class RedisUnavailableError extends ResilienceError {
  override readonly name = 'RedisUnavailableError';
  /** The command was sent: it may have run, or may still run when Redis wakes. */
  readonly wasSent: boolean;

  constructor(reason: string, options: { readonly wasSent: boolean; readonly cause?: unknown }) {
    super('redis_unavailable', `Redis is unavailable: ${reason}`, { cause: options.cause });
    this.wasSent = options.wasSent;
  }
}

/** A short text for a person. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection to a name with several addresses has an empty message.
  return error.message || ('code' in error ? String(error.code) : error.name);
}
