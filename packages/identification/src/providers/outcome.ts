import type { CircuitOutcome } from '@plantcommunity/resilience';
import { ProviderError, type ProviderErrorType } from '../types.ts';

const OUTCOMES: Readonly<Record<ProviderErrorType, CircuitOutcome>> = {
  failed: 'failure',
  timeout: 'failure',
  // The service works: it is this request that it refused.
  rejected: 'success',
  // Neither tells whether the service works.
  quota: 'ignored',
  misconfigured: 'ignored',
};

/** What an error of a provider's call means for its circuit. A caller who left says nothing about the service. */
export function outcomeOf(error: unknown): CircuitOutcome {
  return error instanceof ProviderError ? OUTCOMES[error.type] : 'ignored';
}
