import { describe, expect, it } from 'vitest';
import { nextAlerts, type OpenAlert } from './next-alerts.ts';
import type { Finding } from './rules.ts';
import { NOON } from './testing/facts.ts';

const MINUTE = 60_000;
const finding = (verdict: Finding['verdict'], more: Partial<Finding> = {}): Finding => ({
  rule: 'circuit_open',
  subject: 'plant_id',
  verdict,
  value: 1,
  limit: 1,
  ...more,
});
const open: OpenAlert = { id: 'a', rule: 'circuit_open', subject: 'plant_id' };
const wellFor = (minutes: number) => ({ ...open, wellSince: NOON - minutes * MINUTE });

describe('the next alerts', () => {
  it.each([
    ['an alert whose limit is reached fires', [], [finding('bad')], ['fire']],
    ['one that is near its limit does not fire', [], [finding('near')], []],
    ['an open one does not fire again', [open], [finding('bad')], ['update']],
    [
      'the same rule fires for another subject',
      [open],
      [finding('bad'), finding('bad', { subject: 'b' })],
      ['update', 'fire'],
    ],
    ['an open one goes on near its limit', [wellFor(2)], [finding('near')], ['update']],
    ['one that is well for the first time goes on', [open], [finding('well')], ['update']],
    ['one that is well for a minute goes on', [wellFor(1)], [finding('well')], ['update']],
    ['one that is well for two minutes is resolved', [wellFor(2)], [finding('well')], ['resolve']],
    [
      'one about Redis that is well for nine minutes goes on',
      [{ id: 'a', rule: 'redis_refuses_writes', wellSince: NOON - 9 * MINUTE }],
      [],
      ['update'],
    ],
    [
      'one about Redis that is well for ten minutes is resolved',
      [{ id: 'a', rule: 'redis_refuses_writes', wellSince: NOON - 10 * MINUTE }],
      [],
      ['resolve'],
    ],
    ['one whose subject is gone goes on at first', [open], [], ['update']],
    ['one whose subject is gone for two minutes is resolved', [wellFor(2)], [], ['resolve']],
  ] satisfies [string, OpenAlert[], Finding[], string[]][])('%s', (_name, alerts, findings, expected) => {
    expect(nextAlerts(alerts, findings, NOON).map(({ type }) => type)).toEqual(expected);
  });

  it('begin when the condition began, if that is known', () => {
    const findings = [finding('bad', { since: NOON - MINUTE }), finding('bad', { subject: 'b' })];
    expect(nextAlerts([], findings, NOON)).toMatchObject([{ since: NOON - MINUTE }, { since: NOON }]);
  });

  it('keep the last bad value while all is well, and forget that it was well once it is bad again', () => {
    expect(nextAlerts([wellFor(1)], [finding('well')], NOON)).toEqual([
      { type: 'update', id: 'a', wellSince: NOON - MINUTE },
    ]);
    const bad = finding('bad');
    expect(nextAlerts([wellFor(1)], [bad], NOON)).toEqual([{ type: 'update', id: 'a', finding: bad }]);
  });

  it('fire once and resolve once while a value swings around its limit', () => {
    const verdicts = ['bad', 'well', 'bad', 'well', 'near', 'well', 'bad', 'well', 'well', 'well'] as const;
    let alerts: OpenAlert[] = [];
    const events = verdicts.flatMap((verdict, minute) => {
      const [change] = nextAlerts(alerts, [finding(verdict)], NOON + minute * MINUTE);
      if (change?.type === 'fire') alerts = [open];
      if (change?.type === 'resolve') alerts = [];
      if (change?.type === 'update') {
        alerts = [{ ...open, ...(change.wellSince !== undefined && { wellSince: change.wellSince }) }];
      }
      return change === undefined || change.type === 'update' ? [] : `${change.type} ${minute}`;
    });
    expect(events).toEqual(['fire 0', 'resolve 9']);
  });
});
