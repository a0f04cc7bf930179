import { expect, it } from 'vitest';
import type { AlertRecord } from '../alert-record.ts';
import { ALERT_RULES, type AlertRule } from '../rules.ts';
import { NOON } from '../testing/facts.ts';
import { alertPayload } from './payload.ts';

const appUrl = new URL('https://plants.example');

function alert(rule: AlertRule, more: Partial<AlertRecord> = {}): AlertRecord {
  const times = { since: NOON - 612_000, value: 612_000, limit: 600_000 };
  return { id: '01JD', rule, ...ALERT_RULES[rule], state: 'firing', ...times, ...more };
}
const payload = (record: AlertRecord): unknown => JSON.parse(alertPayload(record, appUrl));

it('the body of a post has what a receiver needs to know', () => {
  expect(payload(alert('circuit_stuck_open', { subject: 'plant_id' }))).toEqual({
    id: '01JD',
    rule: 'circuit_stuck_open',
    subject: 'plant_id',
    severity: 'critical',
    state: 'firing',
    value: 612_000,
    limit: 600_000,
    unit: 'ms',
    since: '2026-03-01T11:49:48.000Z',
    text: 'Plant.id has not answered for 10 min 12 s; the limit is 10 min.',
    runbook: 'https://plants.example/admin/runbook#circuitstuckopen',
  });
});

it('the body of the end of an alert says when it ended, also if it was acknowledged', () => {
  const acknowledged = { by: 'ada@example.org', at: NOON - 1 };
  const ended = alert('circuit_stuck_open', { subject: 'plant_id', state: 'resolved', resolvedAt: NOON, acknowledged });
  expect(payload(ended)).toMatchObject({ state: 'resolved', resolved_at: '2026-03-01T12:00:00.000Z' });
  expect(alertPayload(ended, appUrl)).not.toContain('ada@');
});

it.each<[AlertRule, Partial<AlertRecord>, string]>([
  ['no_provider_answers', { value: 0, limit: 1 }, 'No provider answers.'],
  ['few_answers', { value: 0.4567, limit: 0.5 }, 'Only 45.6 % of the requests got an answer; the limit is 50 %.'],
  [
    'server_errors',
    { value: 0.062, limit: 0.05 },
    '6.2 % of the responses were errors of the server; the limit is 5 %.',
  ],
  [
    'redis_refuses_writes',
    { value: 61_000, limit: 60_000 },
    'Redis has taken no writes for 1 min 1 s; the limit is 1 min.',
  ],
  ['provider_unpaid', { subject: 'plant_id' }, 'Plant.id requires payment.'],
  ['provider_misconfigured', { subject: 'plantnet' }, 'Pl@ntNet rejects the API key.'],
  [
    'quota_last_tenth',
    { subject: 'plant_id', value: 0.93, limit: 0.9 },
    '93 % of a quota of Plant.id is used; the limit is 90 %.',
  ],
  [
    'circuit_open',
    { subject: 'plantnet', value: 7_260_000, limit: 300_000 },
    'Pl@ntNet has not answered for 2 h 1 min; the limit is 5 min.',
  ],
  [
    'job_failing',
    { subject: 'report-quota-use', value: 4, limit: 3 },
    'The job report-quota-use has failed 4 times in a row; the limit is 3.',
  ],
])('the text of %s is a sentence', (rule, more, text) => {
  expect(payload(alert(rule, more))).toMatchObject({ text });
});
