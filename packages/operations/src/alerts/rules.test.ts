import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AlertFacts } from './facts.ts';
import { ALERT_RULES, judge } from './rules.ts';
import { factsOf, NOON } from './testing/facts.ts';

const MINUTE = 60_000;

/** Returns the findings that are not `well`, as `verdict rule subject`. */
function found(facts: AlertFacts): string[] {
  return judge(facts)
    .filter(({ verdict }) => verdict !== 'well')
    .map(({ rule, subject, verdict }) => [verdict, rule, subject].filter(Boolean).join(' '));
}

const open = (minutes: number) => ({ isAnswering: false, openedAt: NOON - minutes * MINUTE });

describe('the rules of alerts', () => {
  it('find nothing when all is well', () => {
    expect(found(factsOf())).toEqual([]);
  });

  it.each<[string, AlertFacts, string[]]>([
    [
      'a circuit open for 4 min 59 s',
      factsOf({ plantId: open(4.98) }),
      ['near circuit_stuck_open plant_id', 'near circuit_open plant_id'],
    ],
    [
      'a circuit open for 5 min',
      factsOf({ plantnet: open(5) }),
      ['near circuit_stuck_open plantnet', 'bad circuit_open plantnet'],
    ],
    [
      'a circuit open for 10 min',
      factsOf({ plantId: open(10) }),
      ['bad circuit_stuck_open plant_id', 'bad circuit_open plant_id'],
    ],
    [
      'both circuits isolated',
      factsOf({ plantId: { isAnswering: false }, plantnet: { isAnswering: false } }),
      ['bad no_provider_answers'],
    ],
    ['no provider that is on', factsOf({ providers: {} }), []],
    ['one of 20 requests failing', factsOf({ responses: { sent: 20, serverErrors: 1 } }), ['near server_errors']],
    ['two of 20 failing', factsOf({ responses: { sent: 20, serverErrors: 2 } }), ['bad server_errors']],
    ['two of 19 failing', factsOf({ responses: { sent: 19, serverErrors: 2 } }), ['near server_errors']],
    ['all of nine failing', factsOf({ responses: { sent: 9, serverErrors: 9 } }), []],
    ['2.5 % failing', factsOf({ responses: { sent: 1_000, serverErrors: 25 } }), []],
    ['half of the requests answered', factsOf({ answers: { answered: 10, retry: 10 } }), ['near few_answers']],
    ['fewer answered', factsOf({ answers: { answered: 9, retry: 11 } }), ['bad few_answers']],
    ['none of nine answered', factsOf({ answers: { answered: 0, retry: 9 } }), []],
    ['no requests', factsOf({ answers: { answered: 0, retry: 0 }, responses: { sent: 0, serverErrors: 0 } }), []],
    ['a quota used to 75 %', factsOf({ plantId: { quotaUse: 0.75 } }), []],
    ['a quota used to 79 %', factsOf({ plantId: { quotaUse: 0.79 } }), ['near quota_nearly_used plant_id']],
    ['a quota used to 80 %', factsOf({ plantId: { quotaUse: 0.8 } }), ['bad quota_nearly_used plant_id']],
    [
      'a quota used to 90 %',
      factsOf({ plantId: { quotaUse: 0.9 } }),
      ['bad quota_last_tenth plant_id', 'bad quota_nearly_used plant_id'],
    ],
    ["Pl@ntNet's quota used to 85 %", factsOf({ plantnet: { quotaUse: 0.85 } }), []],
    ["Pl@ntNet's quota used to 90 %", factsOf({ plantnet: { quotaUse: 0.9 } }), ['bad quota_nearly_used plantnet']],
    [
      'a rejected key',
      factsOf({ plantId: { isAnswering: false, misconfiguredSince: NOON } }),
      ['bad provider_misconfigured plant_id'],
    ],
    ['payment that is due', factsOf({ plantId: { unpaidSince: NOON } }), ['bad provider_unpaid plant_id']],
    ['Redis lost for 59 s', factsOf({ redis: { lostSince: NOON - 59_000 } }), ['near redis_refuses_writes']],
    ['Redis lost for 60 s', factsOf({ redis: { lostSince: NOON - MINUTE } }), ['bad redis_refuses_writes']],
    ['a job that failed twice', factsOf({ jobs: [{ name: 'a', failures: 2 }] }), ['near job_failing a']],
    ['a job that failed three times', factsOf({ jobs: [{ name: 'a', failures: 3 }] }), ['bad job_failing a']],
  ])('judge %s', (_name, facts, expected) => {
    expect(found(facts)).toEqual(expected);
  });

  it('give value, limit and begin of what they find', () => {
    const [finding] = judge(factsOf({ plantId: open(12) })).filter(({ rule }) => rule === 'circuit_stuck_open');
    expect(finding).toEqual({
      rule: 'circuit_stuck_open',
      subject: 'plant_id',
      verdict: 'bad',
      value: 12 * MINUTE,
      limit: 10 * MINUTE,
      since: NOON - 12 * MINUTE,
    });
  });

  it('return their findings in the order of their weight', () => {
    const order = Object.keys(ALERT_RULES);
    const positions = judge(factsOf()).map(({ rule }) => order.indexOf(rule));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(new Set(positions).size).toBe(order.length);
  });

  it('have exactly one section in the runbook each', () => {
    const runbook = readFileSync(join(import.meta.dirname, '../../../../docs/operations.md'), 'utf8');
    const anchors = [...runbook.matchAll(/^### (\w+)$/gm)].map(([, name = '']) => name.toLowerCase());
    const sectionsOf = (anchor: string) => anchors.filter((other) => other === anchor).length;
    expect(Object.values(ALERT_RULES).filter((rule) => sectionsOf(rule.runbook) !== 1)).toEqual([]);
  });
});
