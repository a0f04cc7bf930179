import type { AuditQuery, Operations } from '@plantcommunity/operations';
import { describe, expect, it, vi } from 'vitest';
import { ada, apiUnderTest } from '../../testing/api-under-test.ts';

const ID = '01JD8Z4Q0M3T5R7V9X1B2C4D6F';
const entry = {
  id: ID,
  at: new Date('2026-03-01T12:00:00Z'),
  actor: 'ada@example.org',
  reason: 'School project, asked by e-mail.',
  target: '0c6f2f8e',
} as const;

describe('the list of the audit trail', () => {
  it.each<[object | undefined, AuditQuery]>([
    [undefined, { limit: 50 }],
    [
      { limit: 200, cursor: ID },
      { limit: 200, cursor: ID },
    ],
    [
      { who: ' ada ', actions: ['user.set_tier'], target: 'anna@', reason: 'school' },
      { limit: 50, who: 'ada', actions: ['user.set_tier'], target: 'anna@', reason: 'school' },
    ],
    [
      { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' },
      { limit: 50, from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-02T00:00:00Z') },
    ],
  ])('asked with %j, passes on %j', async (input, query) => {
    const audit = vi.fn<Operations['audit']>(async () => ({ entries: [] }));
    const { api } = apiUnderTest({ operations: { audit } });
    expect(await api.caller(ada).admin.audit.list(input)).toEqual({ items: [] });
    expect(audit.mock.calls).toEqual([[query]]);
  });

  it.each([
    { limit: 0 },
    { limit: 201 },
    { cursor: 'none' },
    { actions: ['user.remove'] },
    { from: 'yesterday' },
    { who: '' },
    { reason: 'x'.repeat(201) },
  ])('refuses %j', async (input) => {
    const { api } = apiUnderTest();
    const asked = api.caller(ada).admin.audit.list(input as never);
    await expect(asked).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('shows a user by id and address, and where the next page begins', async () => {
    const change = { action: 'user.set_tier', before: { tier: 'free' }, after: { tier: 'pro' } } as const;
    const audit = async () => ({ entries: [{ ...entry, ...change, targetEmail: 'anna@example.org' }], nextCursor: ID });
    const { api } = apiUnderTest({ operations: { audit } });
    const { id, actor, reason, target } = entry;
    const item = { id, actor, reason, target, ...change, at: '2026-03-01T12:00:00.000Z' };
    expect(await api.caller(ada).admin.audit.list()).toEqual({
      items: [{ ...item, target_email: 'anna@example.org' }],
      next_cursor: ID,
    });
  });
});
