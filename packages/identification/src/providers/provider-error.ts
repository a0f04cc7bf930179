import { BulkheadFullError, type CircuitOutcome, CircuitRejectedError } from '@plantcommunity/resilience';
import { AbandonedCallError, IdentificationError, type UnansweredCode } from '../errors.ts';
import type { ExhaustedAnswer, Settlement } from '../quotas/types.ts';
import type { CallOutcome, ProviderName, RejectedPart, UnansweredStatus } from '../types.ts';

/**
 * What went wrong with a provider. `failed`: connection, 5xx, redirect or a body that breaks the contract;
 * `rejected`: a 4xx about this request; `quota`: out of credits; `misconfigured`: 401 or 403.
 */
export type ProviderErrorType = 'failed' | 'timeout' | 'rejected' | 'quota' | 'misconfigured';

/** A call to a provider that failed. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly provider: ProviderName;
  readonly type: ProviderErrorType;
  /** HTTP status of the answer; undefined when there was no complete answer, or it was a 2xx that breaks the contract. */
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** The rejected part of the caller's request; undefined when the error is not about the request. */
  readonly rejected: RejectedPart | undefined;
  /** The provider requires payment, by 402 or in words: no money is left, as opposed to a limit of a period. */
  readonly isUnpaid: boolean;

  /** `message` is for our log only: redacted, never shown to a user. */
  constructor(
    provider: ProviderName,
    type: ProviderErrorType,
    message: string,
    options: {
      status?: number | undefined;
      retryAfterMs?: number | undefined;
      rejected?: RejectedPart | undefined;
      isUnpaid?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.provider = provider;
    this.type = type;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.rejected = options.rejected;
    this.isUnpaid = options.isUnpaid === true || options.status === 402;
  }
}

/** How a question to a provider may end without an answer: with an error of the provider, or before it was sent. */
type UnansweredType =
  | ProviderErrorType
  | 'circuit_open'
  | 'circuit_isolated'
  | 'bulkhead_full'
  | 'out_of_quota'
  | 'busy'
  | 'abandoned'
  | 'internal';

interface ErrorMeaning {
  /** Meaning for the circuit of the provider. */
  readonly circuit: CircuitOutcome;
  /** Cost of the call; `by_exchange`: depends on how far the exchange came, see `settlementOf`. */
  readonly quota: Settlement | 'by_exchange';
  /** What callers are told; undefined: the error is not the provider's doing, and ends the request. */
  readonly caller?: { readonly status: UnansweredStatus; readonly code: UnansweredCode };
  /** What operators are told. */
  readonly operator: CallOutcome;
}

const RESTING = { status: 'resting', code: 'providers_resting' } as const;
const FAILED = { status: 'failed', code: 'providers_resting' } as const;
const OUT_OF_QUOTA = { status: 'quota', code: 'quota_exhausted' } as const;
const BUSY = { status: 'busy', code: 'busy' } as const;

/** What each type of error means for circuit, quota, caller and operator: the only place that says so. */
const MEANINGS: Readonly<Record<UnansweredType, ErrorMeaning>> = {
  failed: { circuit: 'failure', quota: 'by_exchange', caller: FAILED, operator: 'failed' },
  timeout: {
    circuit: 'failure',
    quota: 'by_exchange',
    caller: { status: 'timeout', code: 'providers_resting' },
    operator: 'timeout',
  },
  // The service works: it rejected this request. With a named part the caller gets 400, see `RejectedRequestError`.
  rejected: { circuit: 'success', quota: 'by_exchange', caller: FAILED, operator: 'ok' },
  // Out of credits and a wrong key say nothing about whether the service works.
  quota: { circuit: 'ignored', quota: 'released', caller: OUT_OF_QUOTA, operator: 'failed' },
  misconfigured: {
    circuit: 'ignored',
    quota: 'released',
    caller: { status: 'misconfigured', code: 'providers_resting' },
    operator: 'failed',
  },
  circuit_open: { circuit: 'ignored', quota: 'released', caller: RESTING, operator: 'refused' },
  circuit_isolated: { circuit: 'ignored', quota: 'released', caller: RESTING, operator: 'isolated' },
  bulkhead_full: { circuit: 'ignored', quota: 'released', caller: BUSY, operator: 'held_back' },
  out_of_quota: { circuit: 'ignored', quota: 'released', caller: OUT_OF_QUOTA, operator: 'held_back' },
  // The photos cannot be read now, or the database is unavailable.
  busy: { circuit: 'ignored', quota: 'unknown', caller: BUSY, operator: 'failed' },
  // No request waited for the call any more.
  abandoned: { circuit: 'ignored', quota: 'released', operator: 'held_back' },
  internal: { circuit: 'ignored', quota: 'unknown', operator: 'failed' },
};

/** Returns how a question ended that `error` left without an answer. */
export function failureOf(error: unknown): UnansweredType {
  if (error instanceof ProviderError) return error.type;
  if (error instanceof CircuitRejectedError) return error.state === 'isolated' ? 'circuit_isolated' : 'circuit_open';
  if (error instanceof BulkheadFullError) return 'bulkhead_full';
  if (error instanceof AbandonedCallError) return 'abandoned';
  if (error instanceof IdentificationError && error.code === 'quota_exhausted') return 'out_of_quota';
  if (error instanceof IdentificationError && error.code === 'busy') return 'busy';
  return 'internal';
}

/** Returns what an error of a call means for the provider's circuit. A caller who left says nothing about the service. */
export function circuitOutcomeOf(error: unknown): CircuitOutcome {
  return MEANINGS[failureOf(error)].circuit;
}

/** Returns what operators are told of a call that ended with `error`. */
export function callOutcomeOf(error: unknown): CallOutcome {
  return MEANINGS[failureOf(error)].operator;
}

/** Label of a failure for operators; `http_502` is an answer with that status. */
type FailureLabel = 'timeout' | `http_${number}` | ExchangeErrorCode | 'other';

/** Returns the label of a failed call, for the circuit's snapshot and the log. */
export function failureLabel(error: unknown): FailureLabel {
  if (!(error instanceof ProviderError)) return 'other';
  if (error.type === 'timeout') return 'timeout';
  if (error.status !== undefined) return `http_${error.status}`;
  return error.cause instanceof ExchangeError ? error.cause.code : 'other';
}

/** Why a provider did not answer. */
export interface UnavailableReason {
  readonly status: UnansweredStatus;
  /** Code of the error when no provider answered, and all for reasons of this code. */
  readonly code: UnansweredCode;
  /** When asking again may help; absent when unknown. */
  readonly retryAfterMs?: number;
  /** The part of the request that the provider rejected. */
  readonly rejected?: RejectedPart;
}

/** Types of which callers are told. */
type CallerType = Exclude<UnansweredType, 'abandoned' | 'internal'>;

/** Builds the reason that callers are told. */
export function unavailable(
  type: CallerType,
  details: { retryAfterMs?: number | undefined; rejected?: RejectedPart | undefined } = {},
): UnavailableReason {
  const { rejected, retryAfterMs } = details;
  return {
    ...(MEANINGS[type].caller ?? FAILED),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(rejected !== undefined && { rejected }),
  };
}

/** Returns why a call got no answer; undefined for an error that is not the provider's doing. */
export function unavailableReasonOf(error: unknown): UnavailableReason | undefined {
  const type = failureOf(error);
  if (type === 'abandoned' || type === 'internal') return undefined;
  if (error instanceof ProviderError) {
    // Retry-After of a 5xx is ignored: the circuit decides when the provider is asked again.
    const { rejected, retryAfterMs } = error;
    return unavailable(type, { rejected, retryAfterMs: type === 'quota' ? retryAfterMs : undefined });
  }
  const knowsWait = error instanceof CircuitRejectedError || error instanceof IdentificationError;
  return unavailable(type, { retryAfterMs: knowsWait ? error.retryAfterMs : undefined });
}

/** System and fetch error codes that mean that no connection was made: nothing was sent. */
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

/**
 * Returns what a call that ended with `error` has cost. Doubtful calls count.
 *
 * @param billsErrorAnswers the provider counts answers outside 2xx, too
 */
export function settlementOf(error: unknown, billsErrorAnswers: boolean): Settlement {
  const { quota } = MEANINGS[failureOf(error)];
  if (quota !== 'by_exchange') return quota;
  return error instanceof ProviderError ? settlementByExchange(error, billsErrorAnswers) : 'unknown';
}

function settlementByExchange({ cause, status }: ProviderError, billsErrorAnswers: boolean): Settlement {
  if (status !== undefined && billsErrorAnswers) return 'counted';
  if (status !== undefined) return isFromGateway(status) ? 'unknown' : 'released';
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

/** A gateway answers so when it lost the service, which may go on working, and charge for the answer. */
function isFromGateway(status: number): boolean {
  return status === 502 || status >= 504;
}

/** Returns the provider's answer to a call that it refused because no credits are left. */
export function exhaustedAnswerOf(error: unknown): ExhaustedAnswer | undefined {
  return error instanceof ProviderError && error.type === 'quota' ? error : undefined;
}

/**
 * How an exchange with a provider failed. `connection`: no answer came; `redirect`: rejected, it could lead anywhere;
 * `oversized`: the answer is over the cap; `malformed`: not JSON; `off_contract`: JSON of another shape.
 */
export type ExchangeErrorCode = 'connection' | 'redirect' | 'oversized' | 'malformed' | 'off_contract';

/**
 * The cause of a failed exchange. It replaces the errors of fetch and of parsers, which are never passed on: they quote
 * URLs (Pl@ntNet's carries the API key) and bodies.
 */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly code: ExchangeErrorCode;

  constructor(code: ExchangeErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  /** Keeps only the code of a system error, such as ECONNREFUSED, or the status of a proxy that refused. */
  static fromConnectionError(error: unknown): ExchangeError {
    return new ExchangeError('connection', proxyStatus(error) ?? systemCode(error) ?? 'no connection');
  }
}

/** Reads the status from the message: undici has no error code for a proxy that answers CONNECT with an error. */
function proxyStatus(error: unknown): string | undefined {
  for (const { message } of causesOf(error)) {
    const [, status] = /^Proxy response \((\d{3})\)/.exec(message) ?? [];
    if (status !== undefined) return `the proxy answered ${status}`;
  }
  return undefined;
}

function systemCode(error: unknown): string | undefined {
  for (const at of causesOf(error)) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(at.code)) return at.code;
  }
  return undefined;
}
function* causesOf(error: unknown): Generator<Error> {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) yield at;
}
