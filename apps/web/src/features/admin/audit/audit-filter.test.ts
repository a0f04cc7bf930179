import { describe, expect, it } from 'vitest';
import { auditFilterInput, auditFilterQuery, readAuditFilter } from './audit-filter.ts';

describe('readAuditFilter', () => {
  it.each([
    [{}, {}],
    [{ who: ' ada ', target: '', reason: ['a', 'b'], cursor: 'x' }, { who: 'ada' }],
    [{ action: 'user' }, { action: 'user' }],
    [{ action: 'user.disable' }, { action: 'user.disable' }],
    [{ action: 'user.remove' }, {}],
    [{ from: '2026-02-28', to: '2026-02-30' }, { from: '2026-02-28' }],
    [{ from: 'yesterday', to: '2026-13-01' }, {}],
    [{ reason: 'x'.repeat(300) }, { reason: 'x'.repeat(200) }],
  ])('reads %j as %j', (query, filter) => {
    expect(readAuditFilter(query)).toEqual(filter);
  });

  it('reads what auditFilterQuery writes', () => {
    const filter = {
      who: 'a&b',
      action: 'circuit',
      target: 'Pl@ntNet',
      from: '2026-02-01',
      to: '2026-02-02',
      reason: '100 %',
    };
    expect(readAuditFilter(Object.fromEntries(new URLSearchParams(auditFilterQuery(filter))))).toEqual(filter);
  });
});

describe('auditFilterQuery', () => {
  it('is empty without a filter, and names the page', () => {
    expect([auditFilterQuery({}), auditFilterQuery({}, '01J'), auditFilterQuery({ who: 'ada' }, '01J')]).toEqual([
      '',
      '?cursor=01J',
      '?who=ada&cursor=01J',
    ]);
  });
});

describe('auditFilterInput', () => {
  it('holds the last day whole, and all actions of a group', () => {
    expect(auditFilterInput({ action: 'user', from: '2026-02-01', to: '2026-02-28' })).toMatchObject({
      actions: expect.arrayContaining(['user.set_tier', 'user.use_sign_in_link']) as string[],
      from: '2026-02-01T00:00:00.000Z',
      to: '2026-03-01T00:00:00.000Z',
    });
    expect(auditFilterInput({ action: 'user.disable' })).toMatchObject({ actions: ['user.disable'] });
    expect(auditFilterInput({})).not.toHaveProperty('actions');
  });
});
