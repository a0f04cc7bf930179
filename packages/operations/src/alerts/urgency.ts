import type { AlertRecord } from './alert-record.ts';
import type { AlertFacts } from './facts.ts';
import { keyOf } from './next-alerts.ts';
import { ALERT_RULES, type AlertRule, type Finding, judge } from './rules.ts';

/** One of the things whose failure wakes an operator. */
interface UrgencyCheck {
  /**
   * `answered`: enough requests get an answer; value and limit are shares. `provider_answers`: a provider answers; counts.
   * `writes_and_credits`: Redis takes writes, and credits are left; shares of the quota of which the most is used.
   */
  name: 'answered' | 'provider_answers' | 'writes_and_credits';
  ok: boolean;
  value?: number;
  limit?: number;
}

/** Whether an operator has to get up. */
export interface Urgency {
  /** `yes`: a critical alert fires, and no one has acknowledged it. `not_yet`: one may follow, or was acknowledged. */
  answer: 'no' | 'not_yet' | 'yes';
  /** When the next critical alert fires unless things change, in milliseconds since 1970. */
  wakesAt?: number;
  /** Those that fail come first. */
  checks: readonly UrgencyCheck[];
  /** What decided; absent when all is well. */
  because?: UrgencyCause;
}

/** What a rule found that decided, now or, if it is well again, when it last was not. */
interface UrgencyCause {
  rule: AlertRule;
  /** Name of a provider or job; absent for a rule about the whole. */
  subject?: string;
  /** In the unit of the rule. */
  value: number;
  /** When the condition began, in milliseconds since 1970, if known. */
  since?: number;
}

/** What matters here of an alert of the overview. */
type KnownAlert = Pick<AlertRecord, 'rule' | 'subject' | 'value' | 'since' | 'state'>;

/** Rules that fail the check `writes_and_credits`. */
const LOSSES: ReadonlySet<AlertRule> = new Set(['redis_refuses_writes', 'provider_unpaid', 'quota_last_tenth']);

/** Decides by the rules and the alerts that also wake people, so that page and pager never disagree. */
export function urgencyOf(facts: AlertFacts, alerts: readonly KnownAlert[]): Urgency {
  const findings = judge(facts);
  const open = alerts.filter(({ state }) => state !== 'resolved');
  const checks = checksOf(findings);
  const isAcknowledged = (finding: Finding) =>
    open.some((alert) => keyOf(alert) === keyOf(finding) && alert.state === 'acknowledged');
  const because = (causes: readonly UrgencyCause[]) => heaviestCause(causes, { findings, open });
  const bad = findings.filter(({ verdict }) => verdict === 'bad');
  const wakes = [
    ...open.filter((alert) => alert.state === 'firing' && isCritical(alert)),
    ...bad.filter((finding) => isCritical(finding) && !isAcknowledged(finding)),
  ];
  if (wakes.length > 0) return { answer: 'yes', checks, ...because(wakes) };

  const pending = findings.flatMap((finding) => {
    const { limit, since, verdict } = finding;
    if (verdict !== 'near' || since === undefined || !isCritical(finding) || isAcknowledged(finding)) return [];
    return { finding, wakesAt: since + limit };
  });
  const [next] = pending.toSorted((a, b) => a.wakesAt - b.wakesAt);
  if (next !== undefined) return { answer: 'not_yet', wakesAt: next.wakesAt, checks, ...because([next.finding]) };
  const acknowledged = open.filter(isCritical);
  if (acknowledged.length > 0) return { answer: 'not_yet', checks, ...because(acknowledged) };
  return { answer: 'no', checks, ...because([...open, ...bad]) };
}

function isCritical({ rule }: { rule: AlertRule }): boolean {
  return ALERT_RULES[rule].severity === 'critical';
}

/**
 * Returns the cause whose rule has the most weight; of several of a rule, the first one. Its numbers are those found now,
 * unless all is well; an alert knows when it began also where a finding does not.
 */
function heaviestCause(
  causes: readonly UrgencyCause[],
  known: { findings: readonly Finding[]; open: readonly KnownAlert[] },
): { because?: UrgencyCause } {
  const rules = Object.keys(ALERT_RULES);
  const [cause] = causes.toSorted((a, b) => rules.indexOf(a.rule) - rules.indexOf(b.rule));
  if (cause === undefined) return {};
  const { rule, subject } = cause;
  const isSame = (other: UrgencyCause) => keyOf(other) === keyOf(cause);
  const found = known.findings.find((finding) => isSame(finding) && finding.verdict !== 'well');
  const since = found?.since ?? known.open.find(isSame)?.since;
  return {
    because: {
      rule,
      ...(subject !== undefined && { subject }),
      value: (found ?? cause).value,
      ...(since !== undefined && { since }),
    },
  };
}

function checksOf(findings: readonly Finding[]): readonly UrgencyCheck[] {
  const of = (rule: AlertRule) => findings.filter((finding) => finding.rule === rule);
  const numbers = (found: Finding | undefined) => found && { value: found.value, limit: found.limit };
  const isBad = ({ verdict }: Finding) => verdict === 'bad';
  const [answers] = of('few_answers');
  const [providers] = of('no_provider_answers');
  const [quota] = of('quota_last_tenth').toSorted((a, b) => b.value - a.value);
  const checks: UrgencyCheck[] = [
    { name: 'answered', ok: !of('few_answers').some(isBad), ...numbers(answers) },
    { name: 'provider_answers', ok: !of('no_provider_answers').some(isBad), ...numbers(providers) },
    {
      name: 'writes_and_credits',
      ok: !findings.some((finding) => LOSSES.has(finding.rule) && isBad(finding)),
      ...numbers(quota),
    },
  ];
  return checks.toSorted((a, b) => Number(a.ok) - Number(b.ok));
}
