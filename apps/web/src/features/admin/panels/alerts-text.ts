import { countedText, countText } from '../../../lib/format/amounts.ts';
import { dayAndTime, durationText } from '../../../lib/format/time.ts';
import { PROVIDER_NAMES, PROVIDERS } from '../../../lib/providers.ts';
import type { Alert, Overview, Webhook } from '../../../lib/wire.ts';
import { jobName } from '../text/job-name.ts';

/** Describes an alert with its value beside the limit. */
export function alertText(alert: Alert): string {
  const [now, then] = wordsOf(alert);
  const what = alert.state === 'resolved' ? then : now;
  // Both have no number that says more.
  if (alert.limit === 0 || alert.rule === 'no_provider_answers') return `${what}.`;
  return `${what}${alert.unit === 'ms' ? ', for' : ':'} ${amountText(alert.value, alert)}; limit ${amountText(alert.limit, alert)}.`;
}

/**
 * Describes what decided whether to get up, while it is no alert yet: the page judges at once, the watch each minute.
 * Undefined once it is an alert, and for what only may become one.
 */
export function pendingAlertText({ alerts, urgency }: Pick<Overview, 'alerts' | 'urgency'>): string | undefined {
  const { answer, because } = urgency;
  if (because === undefined || answer === 'not_yet') return undefined;
  const isAlert = alerts.items.some(
    ({ rule, state, subject }) => state !== 'resolved' && rule === because.rule && subject === because.subject,
  );
  if (isAlert) return undefined;
  const [now] = wordsOf(because);
  return `${now}. The next watch, within a minute, makes it an alert if it lasts.`;
}

/** Returns what an alert is about, for one that lasts and for one that is over. */
function wordsOf({ rule, subject = '' }: Pick<Alert, 'rule' | 'subject'>): readonly [now: string, then: string] {
  const provider = PROVIDER_NAMES.find((name) => name === subject);
  const name = provider === undefined ? jobName(subject) : PROVIDERS[provider].displayName;
  return WORDS[rule](name);
}

/** What alerts are about, by their rule; `name` is that of a provider or job. */
const WORDS: Readonly<Record<Alert['rule'], (name: string) => readonly [now: string, then: string]>> = {
  no_provider_answers: () => ['No service answers', 'No service answered'],
  few_answers: () => ['Few people get an answer', 'Few people got an answer'],
  server_errors: () => ['Requests fail on our side', 'Requests failed on our side'],
  redis_refuses_writes: () => ['Redis takes no writes', 'Redis took no writes'],
  provider_unpaid: (name) => [`${name} is unpaid`, `${name} was unpaid`],
  provider_misconfigured: (name) => [`${name} rejects our key`, `${name} rejected our key`],
  circuit_stuck_open: (name) => [`${name} gives no answers`, `${name} gave no answers`],
  quota_last_tenth: (name) => [`${name}’s quota is almost used up`, `${name}’s quota was almost used up`],
  circuit_open: (name) => [`${name} gives no answers`, `${name} gave no answers`],
  quota_nearly_used: (name) => [`${name}’s quota runs low`, `${name}’s quota ran low`],
  job_failing: (name) => [`The job “${name}” fails`, `The job “${name}” failed`],
};

function amountText(amount: number, { rule, unit }: Alert): string {
  switch (unit) {
    case 'ms':
      return durationText(amount);
    case 'share':
      return `${Number((amount * 100).toFixed(1))}\u00a0%`;
    case 'count':
      return rule === 'job_failing' ? countedText(amount, 'run') : countText(amount);
  }
}

/** Describes what the webhook answered last, and how much waits for it. */
export function webhookText(webhook: Webhook, now: number, timeZone: string): string {
  const { last_at: at, last_error: error, last_status: status, waiting } = webhook;
  const when = at === undefined ? '' : ` at ${dayAndTime(Date.parse(at), now, timeZone)}`;
  const waits = waiting === 0 ? 'Nothing waits.' : `${countText(waiting)} ${waiting === 1 ? 'waits' : 'wait'}.`;
  if (error !== undefined) return `Webhook failed${when}: ${error}. ${waits}`;
  if (status !== undefined) return `Webhook answered ${status}${when}. ${waits}`;
  return `Webhook not called yet. ${waits}`;
}
