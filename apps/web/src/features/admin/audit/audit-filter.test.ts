import { describe, expect, it } from 'vitest';
import { filterInput, filterQuery, readFilter } from './audit-filter.ts';

describe('readFilter', () => {
  it.each([
    [{}, {}],
    [{ who: ' ada ', about: '', reason: ['a', 'b'], cursor: 'x' }, { who: 'ada' }],
    [{ what: 'user' }, { what: 'user' }],
    [{ what: 'user.disable' }, { what: 'user.disable' }],
    [{ what: 'user.remove' }, {}],
    [{ from: '2026-02-28', to: '2026-02-30' }, { from: '2026-02-28' }],
    [{ from: 'yesterday', to: '2026-13-01' }, {}],
    [{ reason: 'x'.repeat(300) }, { reason: 'x'.repeat(200) }],
  ])('reads %j as %j', (query, filter) => {
    expect(readFilter(query)).toEqual(filter);
  });

  it('reads what filterQuery writes', () => {
    const filter = {
      who: 'a&b',
      what: 'circuit',
      about: 'Pl@ntNet',
      from: '2026-02-01',
      to: '2026-02-02',
      reason: '100 %',
    };
    expect(readFilter(Object.fromEntries(new URLSearchParams(filterQuery(filter))))).toEqual(filter);
  });
});

describe('filterQuery', () => {
  it('is empty without a filter, and names the page', () => {
    expect([filterQuery({}), filterQuery({}, '01J'), filterQuery({ who: 'ada' }, '01J')]).toEqual([
      '',
      '?cursor=01J',
      '?who=ada&cursor=01J',
    ]);
  });
});

describe('filterInput', () => {
  it('holds the last day whole, and all actions of a group', () => {
    expect(filterInput({ what: 'user', from: '2026-02-01', to: '2026-02-28' })).toMatchObject({
      actions: expect.arrayContaining(['user.set_tier', 'user.use_sign_in_link']) as string[],
      from: '2026-02-01T00:00:00.000Z',
      to: '2026-03-01T00:00:00.000Z',
    });
    expect(filterInput({ what: 'user.disable' })).toMatchObject({ actions: ['user.disable'] });
    expect(filterInput({})).not.toHaveProperty('actions');
  });
});
