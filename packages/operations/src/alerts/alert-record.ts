import type { AlertRule, AlertSeverity, AlertUnit } from './rules.ts';

type AlertState = 'firing' | 'acknowledged' | 'resolved';

/** A stored alert. Times are in milliseconds since 1970. */
export interface AlertRecord {
  /** ULID. */
  id: string;
  rule: AlertRule;
  /** Provider or job; absent for a rule about the whole. */
  subject?: string;
  severity: AlertSeverity;
  /** An alert that ended is `resolved`, acknowledged or not. */
  state: AlertState;
  value: number;
  limit: number;
  unit: AlertUnit;
  /** When the condition began. */
  since: number;
  /** `by` is an e-mail address. */
  acknowledged?: { by: string; at: number };
  resolvedAt?: number;
  /** Anchor of the rule's section in docs/operations.md. */
  runbook: string;
}
