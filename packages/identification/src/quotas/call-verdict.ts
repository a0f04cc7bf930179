import { AbandonedCallError } from '../errors.ts';
import { ProviderError, type ProviderErrorKind, type ProviderName } from '../provider.ts';
import { ExchangeFault } from '../providers/exchange-fault.ts';

/**
 * What a call that failed has cost. `given_back`: nothing, so that another may have it; `in_doubt`: the provider may
 * count it still, when it has worked it out.
 */
export type CallVerdict = 'counted' | 'given_back' | 'in_doubt';

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
const NEVER_COUNTED: ReadonlySet<ProviderErrorKind> = new Set(['quota', 'misconfigured']);

/**
 * What the end of a call with `error` means for our count. Plant.id takes credits for identifications only, whereas
 * Pl@ntNet's free plan counts error answers too (since 2026-02-13). Whatever leaves a doubt counts.
 */
export function callVerdict(provider: ProviderName, error: unknown): CallVerdict {
  if (error instanceof AbandonedCallError) return 'given_back';
  if (!(error instanceof ProviderError)) return 'in_doubt';
  if (NEVER_COUNTED.has(error.kind)) return 'given_back';
  if (error.status !== undefined && provider === 'plantnet') return 'counted';
  if (error.status !== undefined) return isOfGateway(error.status) ? 'in_doubt' : 'given_back';
  const { cause } = error;
  if (!(cause instanceof ExchangeFault)) return 'in_doubt';
  switch (cause.code) {
    case 'connection':
      return NEVER_SENT.has(cause.message) ? 'given_back' : 'in_doubt';
    case 'redirect':
      return 'in_doubt';
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
