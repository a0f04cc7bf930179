import { describe, expect, it } from 'vitest';
import type { AlertRecord } from './alert-record.ts';
import type { AlertFacts } from './facts.ts';
import { factsOf, NOON } from './testing/facts.ts';
import { type Urgency, urgencyOf } from './urgency.ts';

const MINUTE = 60_000;
const openFor = (minutes: number) => ({ isAnswering: false, openedAt: NOON - minutes * MINUTE });
type KnownAlert = Parameters<typeof urgencyOf>[1][number];
const alert = (rule: AlertRecord['rule'], state: AlertRecord['state'] = 'firing'): KnownAlert => ({
  rule,
  subject: 'plant_id',
  value: 7,
  since: NOON - 20 * MINUTE,
  state,
});
/** Plant.id's circuit, which opened some minutes ago, as what decided. */
const stuck = (minutes: number) => ({
  rule: 'circuit_stuck_open' as const,
  subject: 'plant_id',
  value: minutes * MINUTE,
  since: NOON - minutes * MINUTE,
});

type Row = [string, AlertFacts, KnownAlert[], Omit<Urgency, 'checks'>];

describe('whether an operator has to get up', () => {
  it.each<Row>([
    ['all is well', factsOf(), [], { answer: 'no' }],
    [
      'a circuit is open for 3 min',
      factsOf({ plantId: openFor(3) }),
      [],
      { answer: 'not_yet', wakesAt: NOON + 7 * MINUTE, because: stuck(3) },
    ],
    [
      'a circuit is open for 6 min, with a warning',
      factsOf({ plantId: openFor(6) }),
      [alert('circuit_open')],
      { answer: 'not_yet', wakesAt: NOON + 4 * MINUTE, because: stuck(6) },
    ],
    ['a circuit is open for 10 min', factsOf({ plantId: openFor(10) }), [], { answer: 'yes', because: stuck(10) }],
    [
      'someone acknowledged that it is stuck',
      factsOf({ plantId: openFor(12) }),
      [alert('circuit_stuck_open', 'acknowledged'), alert('circuit_open')],
      { answer: 'not_yet', because: stuck(12) },
    ],
    [
      'the other circuit opens, too',
      factsOf({ plantId: openFor(12), plantnet: openFor(1) }),
      [alert('circuit_stuck_open', 'acknowledged')],
      { answer: 'yes', because: { rule: 'no_provider_answers', value: 0 } },
    ],
    [
      'a critical alert has not ended yet, although all is well',
      factsOf(),
      [alert('circuit_stuck_open')],
      { answer: 'yes', because: { ...stuck(20), value: 7 } },
    ],
    [
      'Redis is lost for 20 s while a circuit opens',
      factsOf({ redis: { lostSince: NOON - 20_000 }, plantId: openFor(1) }),
      [],
      {
        answer: 'not_yet',
        wakesAt: NOON + 40_000,
        because: { rule: 'redis_refuses_writes', value: 20_000, since: NOON - 20_000 },
      },
    ],
    [
      'a quota is used to 85 %',
      factsOf({ plantId: { quotaUse: 0.85 } }),
      [alert('quota_nearly_used')],
      {
        answer: 'no',
        because: { rule: 'quota_nearly_used', subject: 'plant_id', value: 0.85, since: NOON - 20 * MINUTE },
      },
    ],
    ['a quota is nearly at its warning', factsOf({ plantId: { quotaUse: 0.79 } }), [], { answer: 'no' }],
    [
      'a job fails',
      factsOf({ jobs: [{ name: 'expire-photos', failures: 5 }] }),
      [],
      { answer: 'no', because: { rule: 'job_failing', subject: 'expire-photos', value: 5 } },
    ],
    ['a critical alert is resolved', factsOf(), [alert('circuit_stuck_open', 'resolved')], { answer: 'no' }],
    [
      'payment is due',
      factsOf({ plantId: { unpaidSince: NOON - 1 } }),
      [],
      { answer: 'yes', because: { rule: 'provider_unpaid', subject: 'plant_id', value: 1, since: NOON - 1 } },
    ],
  ])('when %s', (_name, facts, open, expected) => {
    const { checks: _checks, ...urgency } = urgencyOf(facts, open);
    expect(urgency).toEqual(expected);
  });

  it('is told with three checks, each with its limit', () => {
    const { checks } = urgencyOf(factsOf({ answers: { answered: 81, retry: 19 }, plantId: openFor(3) }), []);
    expect(checks).toEqual([
      { name: 'answered', ok: true, value: 0.81, limit: 0.5 },
      { name: 'provider_answers', ok: true, value: 1, limit: 1 },
      { name: 'writes_and_credits', ok: true, value: 0.1, limit: 0.9 },
    ]);
  });

  it.each<[string, AlertFacts, string]>([
    ['few requests are answered', factsOf({ answers: { answered: 1, retry: 30 } }), 'answered'],
    ['no provider answers', factsOf({ plantId: openFor(1), plantnet: openFor(1) }), 'provider_answers'],
    ['Redis takes no writes', factsOf({ redis: { lostSince: NOON - 2 * MINUTE } }), 'writes_and_credits'],
    ['a quota is used to 95 %', factsOf({ plantId: { quotaUse: 0.95 } }), 'writes_and_credits'],
  ])('names the check that fails first, and says yes, when %s', (_name, facts, name) => {
    const { answer, checks } = urgencyOf(facts, []);
    expect({ answer, first: checks[0]?.name, ok: checks.map(({ ok }) => ok) }).toEqual({
      answer: 'yes',
      first: name,
      ok: [false, true, true],
    });
  });

  it('without a provider that has a second limit of its quota has no number for what is lost', () => {
    const { plantnet } = factsOf().providers;
    const { checks } = urgencyOf(factsOf({ providers: plantnet === undefined ? {} : { plantnet } }), []);
    expect(checks.find(({ name }) => name === 'writes_and_credits')).toEqual({ name: 'writes_and_credits', ok: true });
  });
});
