import { displayNameOf, PROVIDER_NAMES } from '@plantcommunity/identification';
import type { AlertRecord } from './alert-record.ts';

/** Describes an alert in one sentence, for people who get it by webhook. */
export function webhookSentence(alert: AlertRecord): string {
  const text = conditionText(alert);
  return alert.state === 'resolved' ? `Resolved: ${text}` : text;
}

function conditionText({ limit, rule, subject = '', value }: AlertRecord): string {
  const name = nameOf(subject);
  switch (rule) {
    case 'no_provider_answers':
      return 'No provider answers.';
    case 'few_answers':
      return `Only ${percent(value)} of the requests got an answer; the limit is ${percent(limit)}.`;
    case 'server_errors':
      return `${percent(value)} of the responses were errors of the server; the limit is ${percent(limit)}.`;
    case 'redis_refuses_writes':
      return `Redis has taken no writes for ${duration(value)}; the limit is ${duration(limit)}.`;
    case 'provider_unpaid':
      return `${name} requires payment.`;
    case 'provider_misconfigured':
      return `${name} rejects the API key.`;
    case 'circuit_stuck_open':
    case 'circuit_open':
      return `${name} has not answered for ${duration(value)}; the limit is ${duration(limit)}.`;
    case 'quota_last_tenth':
    case 'quota_nearly_used':
      return `${percent(value)} of a quota of ${name} is used; the limit is ${percent(limit)}.`;
    case 'job_failing':
      return `The job ${subject} has failed ${value} times in a row; the limit is ${limit}.`;
  }
}

function nameOf(subject: string): string {
  const provider = PROVIDER_NAMES.find((name) => name === subject);
  return provider === undefined ? subject : displayNameOf(provider);
}

/** Writes a share with at most one decimal, rounded down: 89.96 % is not 90 %. */
function percent(share: number): string {
  return `${Math.floor(share * 1_000) / 10} %`;
}

/** Writes milliseconds as seconds, minutes or hours, such as `10 min 12 s`. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const texts = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return texts.slice(0, 2).join(' ') || '0 s';
}
