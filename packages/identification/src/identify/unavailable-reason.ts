import { BulkheadFullError, CircuitRejectedError } from '@plantcommunity/resilience';
import { IdentificationError, RejectedRequestError } from '../errors.ts';
import type { ProviderStatus } from '../identification.ts';
import { QuotaExhaustedError } from '../quotas/provider-quota.ts';
import { PROVIDER_NAMES, ProviderError, type ProviderName, type RejectedPart } from '../types.ts';

/** Why a provider did not answer. */
export interface UnavailableReason {
  status: Exclude<ProviderStatus, 'answered'>;
  /** When asking again may help; absent when nobody knows. */
  retryAfterMs?: number;
  /** The part of the request that the provider rejected. */
  rejected?: RejectedPart;
}

/** Why no provider is called while the database is unavailable: a paid answer could not be saved. */
export const DATABASE_UNAVAILABLE = { status: 'busy', retryAfterMs: 5_000 } as const satisfies UnavailableReason;

/** Returns the error for a call that must not be sent because the database is unavailable. */
export function databaseUnavailable(): IdentificationError {
  return new IdentificationError('busy', 'The database is unavailable.', {
    retryAfterMs: DATABASE_UNAVAILABLE.retryAfterMs,
  });
}

/** What the wire calls a failed attempt, or undefined for an error that is the caller's doing, or ours. */
export function unavailableReasonOf(error: unknown): UnavailableReason | undefined {
  if (error instanceof CircuitRejectedError) return withRetry('resting', error.retryAfterMs);
  if (error instanceof BulkheadFullError) return { status: 'busy' };
  // What it would have been sent could not be read now.
  if (error instanceof IdentificationError && error.code === 'busy') return withRetry('busy', error.retryAfterMs);
  if (error instanceof QuotaExhaustedError) return withRetry('quota', error.retryAfterMs);
  if (!(error instanceof ProviderError)) return undefined;
  switch (error.type) {
    case 'failed':
      return { status: 'failed' };
    case 'rejected':
      return error.rejected === undefined ? { status: 'failed' } : { status: 'failed', rejected: error.rejected };
    case 'timeout':
      return { status: 'timeout' };
    case 'quota':
      return withRetry('quota', error.retryAfterMs);
    case 'misconfigured':
      return { status: 'misconfigured' };
  }
}

function withRetry(status: UnavailableReason['status'], retryAfterMs: number | undefined): UnavailableReason {
  return retryAfterMs === undefined ? { status } : { status, retryAfterMs };
}

const NAMES: Record<ProviderName, string> = { plant_id: 'Plant.id', plantnet: 'Pl@ntNet' };

/** The kept 503 texts: of the one provider that is on, else of both. */
function textFor(asked: readonly ProviderName[]): string {
  const [only] = asked;
  const who = asked.length === 1 && only !== undefined ? `${NAMES[only]} service` : 'Plant identification';
  return `${who} is temporarily unavailable. Please try again in a few moments.`;
}

/**
 * Returns the error when no provider answered: why, and when the first one may answer. A rejected request takes
 * precedence, since a retry would not help. `overShare`: the caller's own photos used up its share of the decodes.
 */
export function unansweredError(
  refusals: Readonly<Partial<Record<ProviderName, UnavailableReason>>>,
  overShare: boolean,
): IdentificationError {
  const rejected = new Set(PROVIDER_NAMES.flatMap((name) => refusals[name]?.rejected ?? []));
  if (rejected.size > 0) return new RejectedRequestError([...rejected]);
  const asked = PROVIDER_NAMES.filter((name) => refusals[name] !== undefined && refusals[name].status !== 'off');
  const statuses = new Set(asked.map((name) => refusals[name]?.status));
  const waits = asked.flatMap((name) => refusals[name]?.retryAfterMs ?? []);
  return new IdentificationError(codeFor([...statuses]), textFor(asked), {
    retryAfterMs: waits.length > 0 ? Math.min(...waits) : undefined,
    overShare,
  });
}

function codeFor(
  statuses: readonly (UnavailableReason['status'] | undefined)[],
): 'providers_resting' | 'quota_exhausted' | 'busy' {
  const [only] = statuses;
  if (statuses.length === 1 && only === 'quota') return 'quota_exhausted';
  if (statuses.length === 1 && only === 'busy') return 'busy';
  return 'providers_resting';
}
