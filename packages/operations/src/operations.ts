import type { AlertsOverview } from './alerts/create-alerts.ts';
import type { AuditPage, AuditQuery } from './audit/list-audit.ts';
import type { LegacyCall } from './legacy/legacy-use.ts';
import type { Operator } from './operator.ts';
import type { Override } from './overrides/store.ts';
import type { Overview } from './overview.ts';
import type { OverviewEvent } from './overview-feed.ts';
import type { RateTier } from './stats/minute-counts.ts';
import type { UserOperations } from './users/user-operations.ts';

/**
 * What operators see and do: the overview of all instances, overrides, alerts, accounts and the audit trail. It also runs
 * the regular jobs. An override is a row in PostgreSQL that is written in one transaction with its audit entry. Redis and
 * the instances follow the row, at once or as soon as they are available again.
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
  overview(): Promise<Overview>;
  /**
   * Yields the whole overview now, then the parts that changed, at most twice a second and at least once in ten seconds;
   * ends when `signal` aborts.
   */
  watchOverview(signal: AbortSignal): AsyncIterable<OverviewEvent>;
  /** Lists the open alerts, and those resolved in the last 24 hours. */
  alerts(): Promise<AlertsOverview>;
  /** Judges the rules of alerts at once, not only at the beginning of the next minute. */
  watchAlertsSoon(): void;
  /**
   * Records that the operator takes care of an alert.
   * @throws {OperationsError} `unknown_alert`, `alert_resolved`
   */
  acknowledgeAlert(operator: Operator, id: string): Promise<void>;
  /** Counts a call of the legacy namespace. */
  countLegacyCall(call: LegacyCall): void;
  /** Counts a call of identify that was answered with 429. */
  countRefusal(tier: RateTier): void;
  /** Lists the entries of the audit trail that match, newest first. */
  audit(query: AuditQuery): Promise<AuditPage>;
  readonly users: UserOperations;
  /**
   * Makes this instance's circuits follow the overrides from now on, and begins to run jobs. Resolves when the circuits
   * follow, so that no isolated provider is called, or after two seconds. Never rejects: a circuit that cannot follow now
   * is tried again.
   */
  start(): Promise<void>;
  /** Ends all of it. Jobs that run get `timeoutMs` to end; the rest ends at once. */
  close(timeoutMs: number): Promise<void>;
}
