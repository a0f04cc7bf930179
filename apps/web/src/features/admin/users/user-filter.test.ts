import { describe, expect, it } from 'vitest';
import { readUserFilter, userFilterInput, userFilterQuery } from './user-filter.ts';

describe('readUserFilter', () => {
  it.each([
    [{}, {}],
    [{ search: ' ada ', role: '', tier: '', state: '', cursor: '1.a' }, { search: 'ada' }],
    [
      { role: 'admin', tier: 'pro', state: 'disabled' },
      { role: 'admin', tier: 'pro', state: 'disabled' },
    ],
    [{ role: 'owner', tier: ['pro', 'free'], state: 'new' }, {}],
    [{ search: 'x'.repeat(300) }, { search: 'x'.repeat(200) }],
  ])('reads %j as %j', (query, filter) => {
    expect(readUserFilter(query)).toEqual(filter);
  });

  it('reads what userFilterQuery writes', () => {
    const filter = { search: 'a&b', role: 'user', tier: 'free', state: 'enabled' } as const;
    expect(readUserFilter(Object.fromEntries(new URLSearchParams(userFilterQuery(filter, '1.a'))))).toEqual(filter);
    expect(userFilterQuery({})).toBe('');
  });
});

describe('userFilterInput', () => {
  it.each([
    [{ state: 'disabled' as const }, { disabled: true }],
    [
      { state: 'enabled' as const, search: 'ada' },
      { disabled: false, search: 'ada' },
    ],
    [{}, {}],
  ])('of %j is %j', (filter, input) => {
    expect(userFilterInput(filter)).toEqual(input);
  });
});
