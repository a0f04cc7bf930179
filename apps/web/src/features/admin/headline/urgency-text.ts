import { clockText, percentText } from '../../../lib/format/amounts.ts';
import { bothOrAll, capitalised, listText } from '../../../lib/format/list.ts';
import { durationText, untilTime } from '../../../lib/format/time.ts';
import { displayNames, PROVIDER_NAMES, PROVIDERS } from '../../../lib/providers.ts';
import type { Overview, ProviderName, Urgency } from '../../../lib/wire.ts';
import type { Feed } from '../live/feed.ts';
import { canAnswer, providerState } from '../state/provider-state.ts';
import { jobName } from '../text/job-name.ts';
import { figuresOf, type Sentence } from '../text/sentence.ts';
import { isSystemWell } from './headline-text.ts';

/** One of the things that decide whether an operator must get up. */
interface Check {
  name: Urgency['checks'][number]['name'];
  ok: boolean;
  /** What was found: a figure that stands out, and the words after it. */
  figure?: string;
  words: string;
  /** When it calls. */
  limit: string;
}

/** The slip "Must I get up?". */
export interface UrgencySlip {
  tone: 'no' | 'not_yet' | 'yes' | 'unknown';
  answer: string;
  reason: Sentence;
  /** Failed checks first. */
  checks: readonly Check[];
}

const ANSWERS = { no: 'No.', not_yet: 'No, not yet.', yes: 'Yes, now.' } as const;

interface Context {
  feed: Feed;
  now: number;
  timeZone: string;
}

/** Returns the content of the slip. */
export function urgencySlip(overview: Overview, { feed, now, timeZone }: Context): UrgencySlip {
  const { urgency } = overview;
  if (feed.status === 'stale') {
    return {
      tone: 'unknown',
      answer: 'We can’t tell.',
      reason: [`No news since ${feed.sinceText}.`],
      checks: [],
    };
  }
  const reason =
    urgency.answer === 'no' ? calmReason(urgency, overview, now) : urgentReason(urgency, overview, now, timeZone);
  return {
    tone: urgency.answer,
    answer: ANSWERS[urgency.answer],
    reason: feed.status === 'paused' ? [`At ${feed.sinceText}: `, ...reason] : reason,
    checks: urgency.checks
      .map((check) => ({ name: check.name, ok: check.ok, ...checkText(check, overview) }))
      .toSorted((one, other) => Number(one.ok) - Number(other.ok)),
  };
}

/** Says why an operator may sleep; that all is well only when it is. */
function calmReason({ because }: Urgency, overview: Overview, now: number): Sentence {
  if (because !== undefined) return [...causeText(because, overview, now), ' It can wait.'];
  const impaired = PROVIDER_NAMES.flatMap((provider) => {
    const state = providerState(provider, overview);
    return state === 'closed' ? [] : [{ name: PROVIDERS[provider].displayName, state }];
  });
  const isAlerted = overview.alerts.items.some(({ state }) => state !== 'resolved');
  const isChosen = impaired.every(({ state }) => state === 'isolated' || state === 'off');
  if (isAlerted || !isChosen || !isSystemWell(overview)) return ['Something isn’t as it should be, but it can wait.'];
  if (impaired.length === 0) {
    return [`${capitalised(bothOrAll(PROVIDER_NAMES.length))} services answer; nothing is near its limit.`];
  }
  const chosen = impaired.map(({ name, state }) => `${name} is ${state} by choice`);
  return [`${listText(chosen)}; nothing is near its limit.`];
}

/** Returns what calls, or may call, and when. */
function urgentReason(
  { answer, because, wakes_at: wakesAt }: Urgency,
  overview: Overview,
  now: number,
  timeZone: string,
): Sentence {
  const cause = because === undefined ? [] : causeText(because, overview, now);
  const before = cause.length === 0 ? '' : ' ';
  if (answer === 'not_yet' && wakesAt !== undefined) {
    const time = { text: untilTime(Date.parse(wakesAt), now, timeZone), at: wakesAt };
    return [...cause, `${before}You’ll be called at `, time, ' if it lasts.'];
  }
  const acknowledged = overview.alerts.items.find(
    ({ rule, state, subject }) => state === 'acknowledged' && rule === because?.rule && subject === because.subject,
  )?.acknowledged;
  if (acknowledged !== undefined) return [...cause, `${before}${acknowledged.by} takes care of it.`];
  return cause.length === 0 ? ['A rule of the alerts calls you.'] : cause;
}

/** Describes what a rule found. */
function causeText(
  { rule, since, subject, value }: NonNullable<Urgency['because']>,
  overview: Overview,
  now: number,
): Sentence {
  const provider = PROVIDER_NAMES.find((known) => known === subject);
  const name = provider === undefined ? (subject ?? '') : PROVIDERS[provider].displayName;
  const share = figuresOf(percentText(value));
  /** "has been out for 3 min", or without a time what holds now: "is out". */
  const lasting = (duration: string, present: string): Sentence =>
    since === undefined ? [present] : [`${duration} for `, ...figuresOf(durationText(now - Date.parse(since)))];
  switch (rule) {
    case 'circuit_open':
    case 'circuit_stuck_open':
      return [`${name} `, ...lasting('has been out', 'is out'), '.', ...trialText(provider, overview, now)];
    case 'no_provider_answers':
      return ['No service ', ...lasting('has answered', 'answers'), '.'];
    case 'few_answers':
      return ['Only ', ...share, ' of people get an answer.'];
    case 'server_errors':
      return [...share, ' of requests fail on our side.'];
    case 'quota_nearly_used':
    case 'quota_last_tenth':
      return [...share, ` of ${name}’s quota is used.`];
    case 'provider_misconfigured':
      return [`${name} `, ...lasting('has rejected our key', 'rejects our key'), '; it needs another one.'];
    case 'provider_unpaid':
      return [`${name} `, ...lasting('has been unpaid', 'is unpaid'), '; its account needs money.'];
    case 'redis_refuses_writes':
      return ['Redis ', ...lasting('has taken no writes', 'takes no writes'), '.'];
    case 'job_failing':
      return [`The job “${jobName(name)}” `, ...lasting('has been failing', 'keeps failing'), '.'];
  }
}

/** Says when an open circuit is tried again. */
function trialText(provider: ProviderName | undefined, { circuits }: Overview, now: number): Sentence {
  const nextTrialAt = provider && circuits[provider].next_trial_at;
  if (nextTrialAt === undefined) return [];
  const left = (Date.parse(nextTrialAt) - now) / 1_000;
  return left > 0
    ? [' It is tried again in ', { text: clockText(left) }, ', by itself.']
    : [' The next call tries it again.'];
}

function checkText(
  { limit, name, ok, value }: Urgency['checks'][number],
  overview: Overview,
): Omit<Check, 'name' | 'ok'> {
  const atLimit = limit === undefined ? undefined : percentText(limit);
  switch (name) {
    case 'answered':
      return { ...answeredText(overview, ok, value, limit), limit: `call below ${atLimit ?? 'its limit'}` };
    case 'provider_answers':
      return providerAnswersText(overview, ok);
    case 'writes_and_credits':
      return {
        words: ok ? `Nothing is lost or overspent${mayLose(overview) ? ' yet' : ''}` : 'Something is lost or overspent',
        limit: atLimit === undefined ? 'call if it is' : `call at ${atLimit} of the quota`,
      };
  }
}

/** Says how many people get an answer; few of them decide nothing, even below the limit. */
function answeredText(
  { answers: { cached, fresh, minutes, retry, stale } }: Overview,
  ok: boolean,
  value: number | undefined,
  limit: number | undefined,
): Pick<Check, 'figure' | 'words'> {
  if (ok && cached + fresh + retry + stale === 0) return { words: `No one asked in the last ${minutes}\u00a0min` };
  if (value === undefined) return { words: ok ? 'People get an answer' : 'Too few get an answer' };
  const isOfFew = ok && limit !== undefined && value < limit;
  return { figure: percentText(value), words: isOfFew ? 'get an answer; few asked' : 'get an answer' };
}

/** Returns whether a photo may be paid for twice: instances do not share what they know. */
const mayLose = ({ dependencies, shared }: Overview): boolean => !shared || dependencies.redis.state !== 'up';

function providerAnswersText(overview: Overview, ok: boolean): Pick<Check, 'limit' | 'words'> {
  const answering = PROVIDER_NAMES.filter((name) => canAnswer(providerState(name, overview)));
  if (!ok || answering.length === 0) return { words: 'No service answers', limit: 'call if none does' };
  const [only, ...others] = answering;
  if (only !== undefined && others.length === 0) {
    return { words: `${PROVIDERS[only].displayName} answers`, limit: 'call if it stops too' };
  }
  return { words: `${displayNames(answering)} answer`, limit: `call if ${bothOrAll(answering.length)} stop` };
}
