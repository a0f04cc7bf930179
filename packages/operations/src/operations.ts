import type { ProviderName } from '@plantcommunity/identification';
import type { AuditRecord } from './audit/audit-trail.ts';
import type { CircuitsOverview } from './overview.ts';

/** The operator who makes an override, and the request that carries it. */
export interface Operator {
  userId: string;
  requestId: string;
  /** Address of the client, as our own proxies report it. */
  address?: string;
}

export interface Override {
  provider: ProviderName;
  /** 10 to 500 characters; kept in the audit trail. */
  reason: string;
}

/**
 * The operators' view of the circuits of all instances, and the overrides they make. An override is a row in PostgreSQL
 * that is written in one transaction with its audit entry. Redis and the instances follow the row, at once or as soon as
 * they are available again.
 */
export interface Operations {
  /**
   * Isolates the provider: no instance calls it until `until` or a release. Replaces an active isolation.
   * @throws {OperationsError} `provider_off`, `invalid_reason`, `invalid_end` when `until` is not in the future
   */
  isolateProvider(operator: Operator, override: Override & { until?: Date }): Promise<void>;
  /** Ends an isolation. @throws {OperationsError} `provider_off`, `invalid_reason`, `not_isolated` */
  releaseProvider(operator: Operator, override: Override): Promise<void>;
  /**
   * Closes the circuit in any state and clears its failures; ends an active isolation.
   * @throws {OperationsError} `provider_off`, `invalid_reason`
   */
  resetProvider(operator: Operator, override: Override): Promise<void>;
  circuitsOverview(): Promise<CircuitsOverview>;
  /**
   * Yields the overview now and after every change, at most once a second and at least once in ten seconds; ends when
   * `signal` aborts.
   */
  watchCircuits(signal: AbortSignal): AsyncIterable<CircuitsOverview>;
  /** Returns the newest entries first. */
  audit(limit: number): Promise<readonly AuditRecord[]>;
  /**
   * Makes this instance's circuits follow the overrides from now on. Resolves when they do, so that no isolated provider
   * is called, or after two seconds. Never rejects: a circuit that cannot follow now is tried again.
   */
  start(): Promise<void>;
  close(): void;
}

/** Length of an override's reason in characters. */
export const REASON_LENGTH = { min: 10, max: 500 } as const;

export type OperationsErrorCode = 'invalid_reason' | 'invalid_end' | 'provider_off' | 'not_isolated';

/** An override that was refused; nothing was changed or recorded. The API has a sentence for each code. */
export class OperationsError extends Error {
  override readonly name = 'OperationsError';
  readonly code: OperationsErrorCode;
  /** With `invalid_reason`: the length of the reason. */
  readonly length: number | undefined;

  constructor(code: OperationsErrorCode, options: { length?: number } = {}) {
    super(code);
    this.code = code;
    this.length = options.length;
  }
}
