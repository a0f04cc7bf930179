import { ResilienceError } from '../resilience-error.ts';

/** Redis did not answer in time or is not connected. A command that was sent may still run. */
export class RedisUnavailableError extends ResilienceError {
  override readonly name = 'RedisUnavailableError';

  constructor(reason: string, cause?: unknown) {
    super('redis_unavailable', `Redis is unavailable: ${reason}`, { cause });
  }
}

/** A short text for a person. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A refused connection to a name with several addresses has an empty message.
  return error.message || ('code' in error ? String(error.code) : error.name);
}
