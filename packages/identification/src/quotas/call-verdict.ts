import { AbandonedCallError } from '../errors.ts';
import { ExchangeError } from '../providers/exchange-fault.ts';
import { ProviderError, type ProviderErrorType, type ProviderName } from '../types.ts';
import type { ExhaustedAnswer, Settlement } from './types.ts';

/** Codes of the system, and of fetch, that say that no connection came about: nothing was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Refused for want of a key or of credits: nobody counts that. */
const NEVER_COUNTED: ReadonlySet<ProviderErrorType> = new Set(['quota', 'misconfigured']);

/**
 * What the end of a call with `error` means for our count. Plant.id takes credits for identifications only, whereas
 * Pl@ntNet's free plan counts error answers too (since 2026-02-13). Whatever leaves a doubt counts.
 */
export function settlementOf(provider: ProviderName, error: unknown): Settlement {
  if (error instanceof AbandonedCallError) return 'released';
  if (!(error instanceof ProviderError)) return 'unknown';
  if (NEVER_COUNTED.has(error.type)) return 'released';
  if (error.status !== undefined && provider === 'plantnet') return 'counted';
  if (error.status !== undefined) return isOfGateway(error.status) ? 'unknown' : 'released';
  const { cause } = error;
  if (!(cause instanceof ExchangeError)) return 'unknown';
  switch (cause.code) {
    case 'connection':
      return NEVER_SENT.has(cause.message) ? 'released' : 'unknown';
    case 'redirect':
      return 'unknown';
    case 'oversized':
    case 'malformed':
    case 'off_contract':
      return 'counted';
  }
}

/** Whoever stands before the service has lost it, which may work on, and be paid. */
function isOfGateway(status: number): boolean {
  return status === 502 || status >= 504;
}

/** Returns the provider's answer to a call that it refused because no credits are left. */
export function exhaustedAnswerOf(error: unknown): ExhaustedAnswer | undefined {
  return error instanceof ProviderError && error.type === 'quota' ? error : undefined;
}
