import type { CallResult } from './rules.ts';
import type { CircuitOptions } from './types.ts';

/** What an error says about the service; one that cannot be judged says nothing. Never throws. */
export function classifyError(error: unknown, options: CircuitOptions): CallResult {
  const outcome = orElse('ignored', () => options.classify(error));
  const name = nameOf(error);
  return { outcome, failure: outcome === 'failure' ? orElse(name, () => options.nameFailure?.(error) ?? name) : '' };
}

function nameOf(error: unknown): string {
  // The name, not the constructor's: that one may have been minified.
  return error instanceof Error ? error.name : typeof error;
}

function orElse<T>(fallback: T, work: () => T): T {
  try {
    return work();
  } catch {
    return fallback;
  }
}
