import { IdentificationError } from '../errors.ts';
import type { ProviderName } from '../types.ts';

/** A provider was not asked: what it lets us ask for is used up. */
export class QuotaExhaustedError extends IdentificationError {
  override readonly name = 'QuotaExhaustedError';

  constructor(provider: ProviderName, retryAfterMs: number | undefined) {
    super('quota_exhausted', `The quota of ${provider} is used up`, { retryAfterMs });
  }
}
