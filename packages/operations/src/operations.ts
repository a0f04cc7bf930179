import type { ProviderName } from '@plantcommunity/identification';
import type { AuditRecord } from './audit/audit-record.ts';
import type { CircuitsOverview } from './overview.ts';

/** Who gives an order, and by which request. */
export interface Operator {
  userId: string;
  requestId: string;
  /** Of the client, as far as our own proxies say. */
  address?: string;
}

export interface Override {
  provider: ProviderName;
  /** 10 to 500 characters; kept in the audit trail. */
  reason: string;
}

/**
 * What operators do to the circuits of all instances, and what they see. An order is a row in PostgreSQL, written with
 * its audit entry or not at all; Redis and the instances follow the row, at once or when they are back.
 */
export interface Operations {
  /**
   * No instance calls the provider until `until` or a release; an isolation that stands already is replaced.
   * @throws {OperationsError} `provider_off`, `invalid_reason`, `invalid_end` when `until` is not in the future
   */
  isolateProvider(operator: Operator, order: Override & { until?: Date }): Promise<void>;
  /** Ends an isolation. @throws {OperationsError} `provider_off`, `invalid_reason`, `not_isolated` */
  releaseProvider(operator: Operator, order: Override): Promise<void>;
  /**
   * Closes the circuit, whatever its state, and forgets its failures; an isolation that stands is over.
   * @throws {OperationsError} `provider_off`, `invalid_reason`
   */
  resetProvider(operator: Operator, order: Override): Promise<void>;
  circuitsOverview(): Promise<CircuitsOverview>;
  /** The overview now and after every change, at most one a second and at least one every ten; ends with `signal`. */
  watchCircuits(signal: AbortSignal): AsyncIterable<CircuitsOverview>;
  /** Newest first. */
  audit(limit: number): Promise<readonly AuditRecord[]>;
  /**
   * Makes this instance's circuits follow the orders from now on; resolves when they do, so that nothing is called that
   * must not be, or after two seconds. Never rejects: what cannot be followed now is tried again.
   */
  start(): Promise<void>;
  close(): void;
}
