import type { AlertRule, Finding } from './rules.ts';

/**
 * How long all has to be well before an alert is resolved: until the third run of a watch that runs each minute, thus for
 * two minutes. It is shorter than these, since runs begin some seconds early or late.
 */
const WELL_FOR_MS = 100_000;
/**
 * The same for Redis, which each instance judges by its own connection: when one of several has lost it, the verdict
 * changes with the instance that watches.
 */
const REDIS_WELL_FOR_MS = 600_000;

/** An alert that is not resolved. Times are in milliseconds since 1970. */
export interface OpenAlert {
  id: string;
  rule: AlertRule;
  subject?: string;
  /** Since when all has been well; absent while it is not. */
  wellSince?: number;
}

/** A step from the open alerts to those that the findings demand. */
export type AlertChange =
  | { readonly type: 'fire'; readonly finding: Finding; readonly since: number }
  /** `finding`: value and limit to take over; absent while all is well, so that the last bad value stays. */
  | { readonly type: 'update'; readonly id: string; readonly finding?: Finding; readonly wellSince?: number }
  | { readonly type: 'resolve'; readonly id: string };

/**
 * Compares the open alerts with the findings of a moment. An alert begins at once, and ends after it has been well for
 * a while. It also ends when its subject is gone: a provider that was turned off, a job that was removed.
 */
export function nextAlerts(open: readonly OpenAlert[], findings: readonly Finding[], now: number): AlertChange[] {
  const findingOf = new Map(findings.map((finding) => [keyOf(finding), finding]));
  const openKeys = new Set(open.map(keyOf));
  const changes = open.map(({ id, wellSince, ...alert }): AlertChange => {
    const wellForMs = alert.rule === 'redis_refuses_writes' ? REDIS_WELL_FOR_MS : WELL_FOR_MS;
    const finding = findingOf.get(keyOf(alert));
    if (finding !== undefined && finding.verdict !== 'well') return { type: 'update', id, finding };
    if (wellSince === undefined) return { type: 'update', id, wellSince: now };
    return now - wellSince >= wellForMs ? { type: 'resolve', id } : { type: 'update', id, wellSince };
  });
  const fired = findings
    .filter((finding) => finding.verdict === 'bad' && !openKeys.has(keyOf(finding)))
    .map((finding): AlertChange => ({ type: 'fire', finding, since: finding.since ?? now }));
  return [...changes, ...fired];
}

/** Returns the name of a rule with its subject. At most one alert of a name is open. */
export function keyOf({ rule, subject }: Pick<OpenAlert, 'rule' | 'subject'>): string {
  return subject === undefined ? rule : `${rule} ${subject}`;
}
