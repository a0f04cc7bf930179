import { MINUTE_MS } from '../durations.ts';
import type { AlertFacts, ProviderFacts } from './facts.ts';

export type AlertSeverity = 'warning' | 'critical';
export type AlertUnit = 'ms' | 'share' | 'count';

interface RuleDefinition {
  /** `critical`: an operator has to act now. */
  readonly severity: AlertSeverity;
  /** Unit of value and limit. */
  readonly unit: AlertUnit;
  /** Anchor of its section in docs/operations.md. */
  readonly runbook: string;
}

/** The rules, in the order of their weight. */
export const ALERT_RULES = {
  no_provider_answers: { severity: 'critical', unit: 'count', runbook: 'noprovideranswers' },
  few_answers: { severity: 'critical', unit: 'share', runbook: 'fewanswers' },
  server_errors: { severity: 'critical', unit: 'share', runbook: 'servererrors' },
  redis_refuses_writes: { severity: 'critical', unit: 'ms', runbook: 'redisdown' },
  provider_unpaid: { severity: 'critical', unit: 'ms', runbook: 'providerunpaid' },
  provider_misconfigured: { severity: 'critical', unit: 'ms', runbook: 'providermisconfigured' },
  circuit_stuck_open: { severity: 'critical', unit: 'ms', runbook: 'circuitstuckopen' },
  quota_last_tenth: { severity: 'critical', unit: 'share', runbook: 'quotalasttenth' },
  circuit_open: { severity: 'warning', unit: 'ms', runbook: 'circuitopen' },
  quota_nearly_used: { severity: 'warning', unit: 'share', runbook: 'quotanearlyused' },
  job_failing: { severity: 'warning', unit: 'count', runbook: 'jobfailing' },
} as const satisfies Record<string, RuleDefinition>;

export type AlertRule = keyof typeof ALERT_RULES;

/** What a rule says about its subject. */
export interface Finding {
  rule: AlertRule;
  /** Name of a provider or job; absent for a rule about the whole. */
  subject?: string;
  /**
   * `bad`: the limit is reached, above or below. `near`: not, but so close that an alert goes on, as otherwise it would
   * end and begin again and again. `well`: all is well.
   */
  verdict: 'bad' | 'near' | 'well';
  value: number;
  limit: number;
  /** When the condition began, in milliseconds since 1970, if known. */
  since?: number;
}

/** The limits of the alerts of Prometheus, in ops/prometheus/alerts.yml. */
const OPEN_MS = 5 * MINUTE_MS;
const STUCK_OPEN_MS = 10 * MINUTE_MS;
const REDIS_LOST_MS = MINUTE_MS;
const SERVER_ERROR_SHARE = 0.05;
/** Fewer events say nothing about a share: of three requests, one may fail. */
const MIN_EVENTS = 20;

const ANSWERED_SHARE = 0.5;
const LAST_TENTH_SHARE = 0.9;
const FAILED_RUNS = 3;
/** How far a share has to be from its limit to be well. */
const QUOTA_MARGIN = 0.05;

/** Judges facts by all rules. Returns one finding for each rule and subject, in the order of `ALERT_RULES`. */
export function judge(facts: AlertFacts): readonly Finding[] {
  const providers = Object.entries(facts.providers);
  const each = (judgeProvider: (provider: ProviderFacts) => Omit<Finding, 'subject'>) =>
    providers.map(([subject, provider]) => ({ ...judgeProvider(provider), subject }));
  const { at } = facts;
  return [
    ...(providers.length > 0 ? [judgeProviders(providers.map(([, provider]) => provider))] : []),
    judgeAnswers(facts.answers),
    judgeResponses(facts.responses),
    { rule: 'redis_refuses_writes', ...judgeDuration(at, facts.redis.lostSince, REDIS_LOST_MS) },
    ...each(({ unpaidSince }) => ({ rule: 'provider_unpaid', ...judgeDuration(at, unpaidSince, 0) })),
    ...each(({ misconfiguredSince }) => ({
      rule: 'provider_misconfigured',
      ...judgeDuration(at, misconfiguredSince, 0),
    })),
    ...each(({ openedAt }) => ({ rule: 'circuit_stuck_open', ...judgeDuration(at, openedAt, STUCK_OPEN_MS) })),
    // A quota whose warning comes this late has no second limit.
    ...providers
      .filter(([, { warnAtShare }]) => warnAtShare < LAST_TENTH_SHARE)
      .map(([subject, { quotaUse }]) => ({
        rule: 'quota_last_tenth' as const,
        subject,
        ...judgeQuota(quotaUse, LAST_TENTH_SHARE),
      })),
    ...each(({ openedAt }) => ({ rule: 'circuit_open', ...judgeDuration(at, openedAt, OPEN_MS) })),
    ...each(({ quotaUse, warnAtShare }) => ({ rule: 'quota_nearly_used', ...judgeQuota(quotaUse, warnAtShare) })),
    ...facts.jobs.map(({ failures, name }): Finding => {
      const verdict = failures >= FAILED_RUNS ? 'bad' : failures > 0 ? 'near' : 'well';
      return { rule: 'job_failing', subject: name, verdict, value: failures, limit: FAILED_RUNS };
    }),
  ];
}

type Judgement = Pick<Finding, 'verdict' | 'value' | 'limit' | 'since'>;

/** Judges for how long a condition has lasted; `near` while it has not lasted long enough. */
function judgeDuration(at: number, since: number | undefined, limit: number): Judgement {
  if (since === undefined) return { verdict: 'well', value: 0, limit };
  const value = Math.max(0, at - since);
  return { verdict: value >= limit ? 'bad' : 'near', value, limit, since };
}

function judgeQuota(value: number, limit: number): Judgement {
  return { verdict: value >= limit ? 'bad' : value > limit - QUOTA_MARGIN ? 'near' : 'well', value, limit };
}

function judgeProviders(providers: readonly ProviderFacts[]): Finding {
  const value = providers.filter(({ isAnswering }) => isAnswering).length;
  return { rule: 'no_provider_answers', verdict: value === 0 ? 'bad' : 'well', value, limit: 1 };
}

function judgeAnswers({ answered, retry }: AlertFacts['answers']): Finding {
  const count = answered + retry;
  const value = count === 0 ? 1 : answered / count;
  const verdict = verdictOfShare(count, value < ANSWERED_SHARE, value < ANSWERED_SHARE * 1.2);
  return { rule: 'few_answers', verdict, value, limit: ANSWERED_SHARE };
}

function judgeResponses({ sent, serverErrors }: AlertFacts['responses']): Finding {
  const value = sent === 0 ? 0 : serverErrors / sent;
  const verdict = verdictOfShare(sent, value > SERVER_ERROR_SHARE, value > SERVER_ERROR_SHARE / 2);
  return { rule: 'server_errors', verdict, value, limit: SERVER_ERROR_SHARE };
}

/** Half as many events as an alert needs to begin let it go on. */
function verdictOfShare(count: number, isBad: boolean, isNear: boolean): Finding['verdict'] {
  if (count >= MIN_EVENTS && isBad) return 'bad';
  return count >= MIN_EVENTS / 2 && isNear ? 'near' : 'well';
}
