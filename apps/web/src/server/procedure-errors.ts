import { isDatabaseUnavailable } from '@plantcommunity/auth';

/** Returns the result of `work`, or `unavailable` while the database is unavailable: pages then leave that part out. */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T | 'unavailable'> {
  try {
    return await work();
  } catch (error) {
    if (isDatabaseUnavailable(error)) return 'unavailable';
    throw error;
  }
}

const REFUSALS: ReadonlySet<string | undefined> = new Set(['not_found', 'invalid_request']);

/** Returns an answer; undefined when there is no such thing, or no such input. */
export async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (REFUSALS.has(refusalCode(error))) return undefined;
    throw error;
  }
}

/**
 * Returns the wire's code of an error that a procedure threw at a page, such as `not_found`; undefined for an unexpected
 * error. Recognises errors by their shape, since pages have other copies of the error classes than the procedures.
 */
export function refusalCode(thrown: unknown): string | undefined {
  // tRPC wraps an error of a procedure under a generic code, and throws its own for input that it refuses.
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  if (isError(cause) && cause.name === 'ApiError') return cause.code;
  if (isError(cause) && cause.name === 'OperationsError') {
    return cause.code === 'unknown_user' ? 'not_found' : 'invalid_request';
  }
  return isError(thrown) && thrown.code === 'BAD_REQUEST' ? 'invalid_request' : undefined;
}

function isError(value: unknown): value is Error & { code: string } {
  return value instanceof Error && 'code' in value && typeof value.code === 'string';
}
