import { describe, expect, it } from 'vitest';
import type { Alert, Urgency } from '../../../lib/wire.ts';
import type { Feed } from '../live/feed.ts';
import { at, NOW, overviewOf, plain } from '../testing/overview-of.ts';
import { figuresOf, sentenceText } from '../text/sentence.ts';
import { urgencySlip } from './urgency-text.ts';

const LIVE = { status: 'live', text: 'Live, 2 s ago' } as const;
const CHECKS: Urgency['checks'] = [
  { name: 'answered', ok: true, value: 0.81, limit: 0.5 },
  { name: 'provider_answers', ok: true },
  { name: 'writes_and_credits', ok: true, limit: 0.9 },
];

const alert = (given: Partial<Alert> & Pick<Alert, 'rule'>): Alert => ({
  id: '1',
  severity: 'warning',
  state: 'firing',
  value: 0.83,
  limit: 0.8,
  unit: 'share',
  since: at(-192),
  runbook: given.rule,
  ...given,
});

const causeOf = (rule: Alert['rule'], subject?: string): NonNullable<Urgency['because']> => ({
  rule,
  subject,
  value: 0.83,
  since: at(-192),
});

function slipOf(urgency: Partial<Urgency>, given: Parameters<typeof overviewOf>[0] = {}, feed: Feed = LIVE) {
  const answers = { minutes: 15, fresh: 81, cached: 0, stale: 0, retry: 19 };
  const overview = overviewOf({ urgency: { answer: 'no', checks: CHECKS, ...urgency }, answers, ...given });
  const slip = urgencySlip(overview, { feed, now: NOW, timeZone: 'Europe/Berlin' });
  return { ...slip, reason: plain(sentenceText(slip.reason)) };
}

describe('the slip "Must I get up?"', () => {
  it('says that all is well', () => {
    expect(slipOf({})).toMatchObject({
      tone: 'no',
      answer: 'No.',
      reason: 'Both services answer; nothing is near its limit.',
    });
  });

  const isolation = { reason: 'Their status page says outage.', by: 'ada@example.org', at: at(-900) };
  it.each<[string, Parameters<typeof overviewOf>[0], string]>([
    ['an isolation', { plant_id: { isolation } }, 'Plant.id is isolated by choice; nothing is near its limit.'],
    ['a missing key', { plantnet: { state: 'off' } }, 'Pl@ntNet is off by choice; nothing is near its limit.'],
    ['an open circuit', { plantnet: { state: 'open' } }, 'Something isn’t as it should be, but it can wait.'],
    ['Redis', { shared: false }, 'Something isn’t as it should be, but it can wait.'],
    [
      'an acknowledged alert',
      { alerts: { items: [alert({ rule: 'job_failing', state: 'acknowledged' })] } },
      'Something isn’t as it should be, but it can wait.',
    ],
  ])('does not say that all is well because of %s', (_name, given, reason) => {
    expect(slipOf({}, given).reason).toBe(reason);
  });

  it('says what is tried by itself, and when it calls', () => {
    const given = { plant_id: { state: 'open' as const, next_trial_at: at(18) } };
    const because = causeOf('circuit_open', 'plant_id');
    expect(slipOf({ answer: 'not_yet', because, wakes_at: at(408) }, given)).toMatchObject({
      tone: 'not_yet',
      answer: 'No, not yet.',
      reason:
        'Plant.id has been out for 3 min 12 s. It is tried again in 0:18, by itself. You’ll be called at 02:51 if it lasts.',
    });
    const late = { plant_id: { state: 'open' as const, next_trial_at: at(-1) } };
    expect(slipOf({ answer: 'yes', because }, late).reason).toBe(
      'Plant.id has been out for 3 min 12 s. The next call tries it again.',
    );
  });

  it.each<[Alert['rule'], string | undefined, string, string]>([
    ['circuit_stuck_open', 'plantnet', 'Pl@ntNet has been out for 3 min 12 s.', 'Pl@ntNet is out.'],
    ['no_provider_answers', undefined, 'No service has answered for 3 min 12 s.', 'No service answers.'],
    ['few_answers', undefined, 'Only 83 % of people get an answer.', 'Only 83 % of people get an answer.'],
    ['server_errors', undefined, '83 % of requests fail on our side.', '83 % of requests fail on our side.'],
    ['quota_nearly_used', 'plant_id', '83 % of Plant.id’s quota is used.', '83 % of Plant.id’s quota is used.'],
    [
      'provider_misconfigured',
      'plant_id',
      'Plant.id has rejected our key for 3 min 12 s; it needs another one.',
      'Plant.id rejects our key; it needs another one.',
    ],
    [
      'provider_unpaid',
      'plant_id',
      'Plant.id has been unpaid for 3 min 12 s; its account needs money.',
      'Plant.id is unpaid; its account needs money.',
    ],
    ['redis_refuses_writes', undefined, 'Redis has taken no writes for 3 min 12 s.', 'Redis takes no writes.'],
    [
      'job_failing',
      'delete-photos',
      'The job “Delete photos” has been failing for 3 min 12 s.',
      'The job “Delete photos” keeps failing.',
    ],
  ])('says why %s calls, also before there is an alert', (rule, subject, reason, reasonWithoutTime) => {
    const because = causeOf(rule, subject);
    expect(slipOf({ answer: 'yes', because })).toMatchObject({ tone: 'yes', answer: 'Yes, now.', reason });
    expect(slipOf({ answer: 'yes', because: { ...because, since: undefined } }).reason).toBe(reasonWithoutTime);
  });

  it('names the provider that decided while it is tried again, and the other one is open', () => {
    const given = { plant_id: { state: 'half_open' as const }, plantnet: { state: 'open' as const, since: at(-12) } };
    const because = causeOf('circuit_stuck_open', 'plant_id');
    expect(slipOf({ answer: 'not_yet', wakes_at: at(588), because }, given).reason).toBe(
      'Plant.id has been out for 3 min 12 s. You’ll be called at 02:54 if it lasts.',
    );
  });

  it('says who takes care of what decided', () => {
    const acknowledged = { by: 'ada@example.org', at: at(-60) };
    const items = [
      alert({
        rule: 'provider_unpaid',
        subject: 'plantnet',
        state: 'acknowledged',
        acknowledged: { ...acknowledged, by: 'mo@example.org' },
      }),
      alert({ rule: 'provider_unpaid', subject: 'plant_id', state: 'acknowledged', acknowledged }),
    ];
    const because = causeOf('provider_unpaid', 'plant_id');
    expect(slipOf({ answer: 'not_yet', because }, { alerts: { items } }).reason).toBe(
      'Plant.id has been unpaid for 3 min 12 s; its account needs money. ada@example.org takes care of it.',
    );
  });

  it('says what can wait', () => {
    expect(slipOf({ because: causeOf('quota_nearly_used', 'plant_id') }).reason).toBe(
      '83 % of Plant.id’s quota is used. It can wait.',
    );
  });

  it('answers without a cause, too', () => {
    expect(slipOf({ answer: 'yes' }).reason).toBe('A rule of the alerts calls you.');
    expect(slipOf({ answer: 'not_yet', wakes_at: at(408) }).reason).toBe('You’ll be called at 02:51 if it lasts.');
  });

  it('cannot tell while the feed is stale', () => {
    expect(
      slipOf({ answer: 'yes' }, {}, { status: 'stale', text: 'Stale since 02:41:07', sinceText: '02:41:07' }),
    ).toEqual({
      tone: 'unknown',
      answer: 'We can’t tell.',
      reason: 'No news since 02:41:07.',
      checks: [],
    });
  });

  it('says as of when while updates are paused', () => {
    expect(slipOf({}, {}, { status: 'paused', text: 'Paused at 02:44:19', sinceText: '02:44:19' }).reason).toBe(
      'At 02:44:19: Both services answer; nothing is near its limit.',
    );
  });
});

describe('the checks of the slip', () => {
  const checksOf = (checks: Urgency['checks'], given: Parameters<typeof overviewOf>[0] = {}) =>
    slipOf({ checks }, given).checks.map(({ figure, limit, ok, words }) =>
      plain(`${ok ? '+' : '-'} ${figure === undefined ? '' : `${figure} `}${words}, ${limit}`),
    );

  it('have what was found, and when it calls', () => {
    expect(checksOf(CHECKS)).toEqual([
      '+ 81 % get an answer, call below 50 %',
      '+ Plant.id and Pl@ntNet answer, call if both stop',
      '+ Nothing is lost or overspent, call at 90 % of the quota',
    ]);
  });

  it('name the provider that is left', () => {
    expect(checksOf(CHECKS, { plant_id: { state: 'open' } })?.[1]).toBe('+ Pl@ntNet answers, call if it stops too');
  });

  it('begin with those that fail', () => {
    const failed = CHECKS.map((check) => ({ ...check, ok: check.name === 'answered' }));
    expect(checksOf(failed, { plant_id: { state: 'open' }, plantnet: { state: 'open' } })).toEqual([
      '- No service answers, call if none does',
      '- Something is lost or overspent, call at 90 % of the quota',
      '+ 81 % get an answer, call below 50 %',
    ]);
  });

  it('do not say that people get an answer when no one asked', () => {
    const answers = { minutes: 15, fresh: 0, cached: 0, stale: 0, retry: 0 };
    const check = { name: 'answered', value: 1, limit: 0.5 } as const;
    expect(checksOf([{ ...check, ok: true }], { answers })).toEqual([
      '+ No one asked in the last 15 min, call below 50 %',
    ]);
  });

  it('say that few asked when a share below the limit does not call', () => {
    expect(checksOf([{ name: 'answered', ok: true, value: 0.25, limit: 0.5 }])).toEqual([
      '+ 25 % get an answer; few asked, call below 50 %',
    ]);
  });

  it('do not promise that nothing will be lost while Redis is down', () => {
    expect(checksOf(CHECKS, { shared: false })?.[2]).toMatch(/^\+ Nothing is lost or overspent yet, /);
  });

  it('do without figures', () => {
    expect(checksOf([{ name: 'answered', ok: true }])).toEqual(['+ People get an answer, call below its limit']);
  });
});

it('only the numbers of a duration or a share stand out, not their units', () => {
  expect(figuresOf('3\u00a0min 12\u00a0s')).toEqual([{ text: '3' }, '\u00a0min ', { text: '12' }, '\u00a0s']);
  expect(figuresOf('under 1\u00a0%')).toEqual(['under ', { text: '1' }, '\u00a0%']);
});
