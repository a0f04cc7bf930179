import { ProviderError } from '../types.ts';
import { ExchangeError, type ExchangeErrorCode } from './exchange-fault.ts';

/** What made a provider's call fail, in a word: `http_502` is an answer with that status. */
type FailureClass = 'timeout' | `http_${number}` | ExchangeErrorCode | 'other';

export function failureClass(error: unknown): FailureClass {
  if (!(error instanceof ProviderError)) return 'other';
  if (error.type === 'timeout') return 'timeout';
  if (error.status !== undefined) return `http_${error.status}`;
  return error.cause instanceof ExchangeError ? error.cause.code : 'other';
}
