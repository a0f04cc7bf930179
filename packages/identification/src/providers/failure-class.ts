import { ProviderError } from '../provider.ts';
import { ExchangeFault, type ExchangeFaultCode } from './exchange-fault.ts';

/** What made a provider's call fail, in a word: `http_502` is an answer with that status. */
type FailureClass = 'timeout' | `http_${number}` | ExchangeFaultCode | 'other';

export function failureClass(error: unknown): FailureClass {
  if (!(error instanceof ProviderError)) return 'other';
  if (error.kind === 'timeout') return 'timeout';
  if (error.status !== undefined) return `http_${error.status}`;
  return error.cause instanceof ExchangeFault ? error.cause.code : 'other';
}
