import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditChange } from './audit-entry.ts';
import { AuditTrail } from './audit-trail.ts';
import { type AuditFilter, listAudit } from './list-audit.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const clock = new FakeClock(NOON);
let database: Database;

async function record(entry: AuditChange & { reason: string }, userId?: string): Promise<void> {
  const trail = new AuditTrail(clock);
  const by = userId === undefined ? undefined : { userId, requestId: `request of ${userId}`, address: '203.0.113.7' };
  await database.client.$transaction((transaction) => trail.write(transaction, { ...entry, ...(by && { by }) }));
  clock.advance(3_600_000);
}

beforeAll(async () => {
  database = await openTestDatabase();
  for (const [id, email] of [
    ['ada', 'ada_l@example.org'],
    ['mo', 'mo@example.org'],
    ['jr', 'j.r@example.org'],
  ] as const) {
    await database.client.user.create({ data: { id, email, createdAt: new Date(NOON) } });
  }
  const closed = { state: 'closed' } as const;
  const isolated = { state: 'isolated', until: '2026-03-01T13:00:00.000Z' } as const;
  await record(
    {
      action: 'circuit.isolate',
      target: 'plant_id',
      before: closed,
      after: isolated,
      reason: 'Status page: 100% out.',
    },
    'ada',
  );
  await record({
    action: 'circuit.expire',
    target: 'plant_id',
    before: isolated,
    after: closed,
    reason: 'As planned.',
  });
  await record(
    {
      action: 'user.set_tier',
      target: 'jr',
      before: { tier: 'free' },
      after: { tier: 'pro' },
      reason: 'School project, asked by e-mail.',
    },
    'mo',
  );
  await record(
    {
      action: 'alert.acknowledge',
      target: '01JD8Z4Q0M3T5R7V9X1B2C4D6F',
      before: { state: 'firing', rule: 'circuit_open', subject: 'plantnet' },
      after: { state: 'acknowledged', rule: 'circuit_open', subject: 'plantnet' },
      reason: '',
    },
    'ada',
  );
});
afterAll(() => database.close());

const actionsOf = async (filter: AuditFilter) =>
  (await listAudit(database.client, { ...filter, limit: 10 })).entries.map(({ action }) => action);

describe('the list of the audit trail', () => {
  it('has what was changed, by whom, when, why and by which request', async () => {
    const { entries } = await listAudit(database.client, { target: 'j.r@', limit: 10 });
    expect(entries).toEqual([
      {
        id: expect.any(String) as string,
        at: new Date(NOON + 7_200_000),
        actor: 'mo@example.org',
        action: 'user.set_tier',
        target: 'jr',
        targetEmail: 'j.r@example.org',
        before: { tier: 'free' },
        after: { tier: 'pro' },
        reason: 'School project, asked by e-mail.',
        requestId: 'request of mo',
        address: '203.0.113.7',
      },
    ]);
  });

  it.each<[AuditFilter, string[]]>([
    [{}, ['alert.acknowledge', 'user.set_tier', 'circuit.expire', 'circuit.isolate']],
    [{ who: 'ADA' }, ['alert.acknowledge', 'circuit.isolate']],
    [{ who: 'ada_l' }, ['alert.acknowledge', 'circuit.isolate']],
    [{ who: 'a%a' }, []],
    [{ who: 'ad_' }, []],
    [{ actions: ['circuit.expire', 'user.set_tier'] }, ['user.set_tier', 'circuit.expire']],
    [{ target: 'plant.ID' }, ['circuit.expire', 'circuit.isolate']],
    [{ target: 'plant_id' }, ['circuit.expire', 'circuit.isolate']],
    [{ target: 'example.org' }, ['user.set_tier']],
    [{ target: 'jr' }, ['user.set_tier']],
    [{ target: '01JD8Z4Q0M3T5R7V9X1B2C4D6F' }, ['alert.acknowledge']],
    [{ reason: '100%' }, ['circuit.isolate']],
    [{ reason: 'as PLANNED' }, ['circuit.expire']],
    [{ reason: "'; DROP" }, []],
    [{ from: new Date(NOON + 3_600_000), to: new Date(NOON + 7_200_000) }, ['circuit.expire']],
    [{ who: 'ada', from: new Date(NOON + 1) }, ['alert.acknowledge']],
  ])('narrowed by %j has %j', async (filter, actions) => {
    expect(await actionsOf(filter)).toEqual(actions);
  });

  it('comes in pages that repeat and skip nothing, also when entries are added meanwhile', async () => {
    const first = await listAudit(database.client, { limit: 2 });
    await record({
      action: 'user.disable',
      target: 'jr',
      before: { disabled: false },
      after: { disabled: true },
      reason: 'Asked to be left alone.',
    });
    const second = await listAudit(database.client, { limit: 2, cursor: first.nextCursor });
    expect([...first.entries, ...second.entries].map(({ action }) => action)).toEqual([
      'alert.acknowledge',
      'user.set_tier',
      'circuit.expire',
      'circuit.isolate',
    ]);
    expect(second).not.toHaveProperty('nextCursor');
  });

  it('skips entries of another version, up to ten pages of them at once', async () => {
    const entry = { reason: 'Another version.', at: new Date(NOON), before: {}, after: {} };
    const id = (order: number) => `0000000000000000000000000${order}`;
    const isolation = { before: { state: 'closed' }, after: { state: 'isolated' } };
    await database.client.auditEntry.createMany({
      data: [
        { ...entry, id: id(1), action: 'circuit.isolate', target: 'plant_id', ...isolation },
        { ...entry, id: id(2), action: 'circuit.isolate', target: 'another_provider', ...isolation },
        { ...entry, id: id(3), action: 'quota.raise', target: 'plant_id' },
        { ...entry, id: id(4), action: 'user.set_tier', target: 'mo', after: { tier: 'gold' } },
      ],
    });
    const list = (limit: number, cursor?: string) =>
      listAudit(database.client, { reason: 'another version', limit, cursor });
    const found = { entries: [{ id: id(1), action: 'circuit.isolate' }] };
    expect(await list(3)).toMatchObject(found);
    expect(await list(1)).toMatchObject(found);

    const lastSkipped = '00000000000000000000000050';
    const unknown = { ...entry, action: 'quota.raise', target: 'plant_id' };
    await database.client.auditEntry.createMany({
      data: Array.from({ length: 10 }, (_, n) => ({ ...unknown, id: `000000000000000000000000${50 + n}` })),
    });
    expect(await list(1)).toEqual({ entries: [], nextCursor: lastSkipped });
    expect(await list(1, lastSkipped)).toMatchObject(found);
  });

  it('has no address for a user whose account was deleted', async () => {
    await database.client.user.delete({ where: { id: 'jr' } });
    const { entries } = await listAudit(database.client, { target: 'jr', actions: ['user.set_tier'], limit: 10 });
    expect(entries).toMatchObject([{ target: 'jr', actor: 'mo@example.org' }]);
    expect(entries[0]).not.toHaveProperty('targetEmail');
  });
});

describe('the audit trail', () => {
  it('loses an entry together with the change that it records', async () => {
    const trail = new AuditTrail(clock);
    const failed = database.client.$transaction(async (transaction) => {
      await transaction.user.update({ where: { id: 'mo' }, data: { tier: 'pro' } });
      await trail.write(transaction, {
        action: 'user.set_tier',
        target: 'mo',
        before: { tier: 'free' },
        after: { tier: 'pro' },
        reason: 'Rolled back in this test.',
      });
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    expect(await actionsOf({ reason: 'Rolled back' })).toEqual([]);
    expect(await database.client.user.findUnique({ where: { id: 'mo' } })).toMatchObject({ tier: 'free' });
  });

  it('can be neither changed nor shortened', async () => {
    const { auditEntry } = database.client;
    const before = await auditEntry.findMany();
    await expect(auditEntry.updateMany({ data: { reason: 'Another reason.' } })).rejects.toThrow('immutable');
    await expect(auditEntry.deleteMany()).rejects.toThrow('immutable');
    expect(await auditEntry.findMany()).toEqual(before);
  });
});
