import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../lib/wire.ts';
import { changeWords, whatWords, withNewest } from './audit-words.ts';

const entry: AuditEntry = {
  id: '01JD8Z4Q0M3T5R7V9X1B2C4D6F',
  at: '2026-11-22T01:22:11.312Z',
  actor: 'ada@example.org',
  action: 'circuit.isolate',
  target: 'plantnet',
  reason: '502 from every call, status page says outage',
  before: { state: 'half_open' },
  after: { state: 'isolated', until: '2026-11-22T01:37:11.300Z' },
};

describe('an audit entry', () => {
  it.each<[Partial<AuditEntry>, string]>([
    [{}, 'Isolated Pl@ntNet, 15 min'],
    [{ after: { state: 'isolated' } }, 'Isolated Pl@ntNet'],
    [{ action: 'circuit.release' }, 'Released Pl@ntNet'],
    [{ action: 'circuit.reset', target: 'plant_id' }, 'Reset Plant.id'],
    [{ action: 'circuit.expire' }, 'Isolation of Pl@ntNet ended'],
  ])('with %j says what was done', (given, words) => {
    expect(whatWords({ ...entry, ...given }).replaceAll('\u00a0', ' ')).toBe(words);
  });

  it('says what it was before and after', () => {
    expect(changeWords(entry)).toBe('half-open, isolated');
  });
});

describe('the newest entries and older ones', () => {
  it('are one list without doubles', () => {
    const of = (id: string) => ({ ...entry, id });
    expect(withNewest([of('2'), of('1')], [of('3'), of('2')]).map(({ id }) => id)).toEqual(['3', '2', '1']);
  });
});
