import { BulkheadFullError, CircuitRejectedError } from '@plantcommunity/resilience';
import { AbandonedCallError } from '../errors.ts';
import { outcomeOf } from '../providers/outcome.ts';
import { QuotaExhaustedError } from '../quotas/provider-quota.ts';
import { ProviderError } from '../types.ts';
import type { CallOutcome } from './service.ts';

/** What operators are told of a call that ended with `error`. */
export function callOutcome(error: unknown): CallOutcome {
  if (error instanceof CircuitRejectedError) return error.state === 'isolated' ? 'isolated' : 'refused';
  if (error instanceof BulkheadFullError || error instanceof QuotaExhaustedError) return 'held_back';
  if (error instanceof AbandonedCallError) return 'held_back';
  if (error instanceof ProviderError && error.type === 'timeout') return 'timeout';
  return outcomeOf(error) === 'success' ? 'ok' : 'failed';
}

export function wasSent(outcome: CallOutcome): boolean {
  return outcome === 'ok' || outcome === 'failed' || outcome === 'timeout';
}
