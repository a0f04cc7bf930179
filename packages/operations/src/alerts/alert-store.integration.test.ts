import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.ts';
import { listAudit } from '../audit/list-audit.ts';
import { AlertStore } from './alert-store.ts';
import { judge } from './rules.ts';
import { factsOf, NOON } from './testing/facts.ts';

const MINUTE = 60_000;
const ada = { userId: 'ada', requestId: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3' };
const stuck = judge(factsOf({ plantId: { isAnswering: false, openedAt: NOON - 12 * MINUTE } }));
const well = judge(factsOf());

let database: Database | undefined;
let clock: FakeClock;
afterAll(() => database?.close());

async function open(): Promise<{ client: Database['client']; store: AlertStore; another: () => AlertStore }> {
  database ??= await openTestDatabase();
  const { client } = database;
  const another = () => new AlertStore(client, { clock, audit: new AuditTrail(clock), deliveries: undefined });
  return { client, store: another(), another };
}

beforeEach(async () => {
  clock = new FakeClock(NOON);
  const { client } = await open();
  await client.alert.deleteMany();
  const user = { email: 'ada@example.org', passwordHash: '-', role: 'admin', createdAt: new Date() } as const;
  await client.user.upsert({ where: { id: 'ada' }, create: { id: 'ada', ...user }, update: {} });
});

/** Lets alerts fire. Returns the id of the first one. */
async function firedId(store: AlertStore): Promise<string> {
  const [alert] = (await store.apply(stuck)).changed;
  return alert?.id ?? 'none';
}

/** Lists the alerts as `state rule subject`. */
const listed = async (store: AlertStore) =>
  (await store.list()).map(({ rule, state, subject }) => [state, rule, subject].filter(Boolean).join(' '));

describe('stored alerts', () => {
  it('fire once, with value, limit and begin', async () => {
    const { store } = await open();
    expect((await store.apply(stuck)).changed.map(({ rule }) => rule)).toEqual(['circuit_stuck_open', 'circuit_open']);
    clock.advance(MINUTE);
    expect(await store.apply(stuck)).toEqual({ changed: [], open: 2 });
    expect((await store.list()).at(-1)).toMatchObject({
      rule: 'circuit_stuck_open',
      subject: 'plant_id',
      severity: 'critical',
      state: 'firing',
      value: 12 * MINUTE,
      limit: 10 * MINUTE,
      unit: 'ms',
      since: NOON - 12 * MINUTE,
      runbook: 'circuitstuckopen',
    });
  });

  it('fire once although two instances find them at the same time', async () => {
    const { another } = await open();
    const results = await Promise.all([another().apply(stuck), another().apply(stuck)]);
    expect(results.map(({ changed }) => changed.length).toSorted((a, b) => a - b)).toEqual([0, 2]);
    expect(await listed(another())).toEqual(['firing circuit_open plant_id', 'firing circuit_stuck_open plant_id']);
  });

  it('are resolved after two minutes, and listed for a day', async () => {
    const { store } = await open();
    await store.apply(stuck);
    for (const changed of [0, 0, 2]) {
      clock.advance(MINUTE);
      expect((await store.apply(well)).changed).toHaveLength(changed);
    }
    expect(await listed(store)).toEqual(['resolved circuit_open plant_id', 'resolved circuit_stuck_open plant_id']);
    expect((await store.list())[0]).toMatchObject({ resolvedAt: NOON + 3 * MINUTE, value: 12 * MINUTE });
    clock.advance(25 * 60 * MINUTE);
    expect(await listed(store)).toEqual([]);
  });

  it('fire anew after they were resolved', async () => {
    const { store } = await open();
    await store.apply(stuck);
    for (const findings of [well, well, well, stuck]) {
      clock.advance(MINUTE);
      await store.apply(findings);
    }
    expect(await listed(store)).toEqual([
      'firing circuit_open plant_id',
      'firing circuit_stuck_open plant_id',
      'resolved circuit_open plant_id',
      'resolved circuit_stuck_open plant_id',
    ]);
  });

  it('keep an alert of a later version, whose rule is unknown, and do not list it', async () => {
    const { client, store } = await open();
    const row = { rule: 'comet', openKey: 'comet', value: 1, limit: 1, since: new Date(NOON) };
    await client.alert.create({ data: { id: '01', ...row } });
    expect(await store.apply(well)).toEqual({ changed: [], open: 1 });
    expect(await listed(store)).toEqual([]);
  });
});

describe('an alert that an operator acknowledges', () => {
  it('is theirs from then on, is still resolved, and has one audit entry', async () => {
    const { client, store } = await open();
    const id = await firedId(store);
    clock.advance(MINUTE);
    await store.acknowledge(ada, id);
    await store.acknowledge({ ...ada, requestId: 'another' }, id);
    expect((await store.list()).find((alert) => alert.id === id)).toMatchObject({
      state: 'acknowledged',
      acknowledged: { by: 'ada@example.org', at: NOON + MINUTE },
    });
    const { entries } = await listAudit(client, { limit: 10 });
    expect(entries.filter(({ target }) => target === id)).toMatchObject([
      {
        action: 'alert.acknowledge',
        target: id,
        actor: 'ada@example.org',
        before: { state: 'firing', rule: 'circuit_stuck_open', subject: 'plant_id' },
        after: { state: 'acknowledged' },
        requestId: ada.requestId,
      },
    ]);
    for (const findings of [well, well, well]) {
      clock.advance(MINUTE);
      await store.apply(findings);
    }
    expect((await store.list()).find((alert) => alert.id === id)).toMatchObject({ state: 'resolved' });
  });

  it('has to exist and not to be resolved, else nothing is recorded', async () => {
    const { client, store } = await open();
    const id = await firedId(store);
    for (const findings of [well, well, well]) {
      clock.advance(MINUTE);
      await store.apply(findings);
    }
    await expect(store.acknowledge(ada, id)).rejects.toMatchObject({ code: 'alert_resolved' });
    await expect(store.acknowledge(ada, 'unknown')).rejects.toMatchObject({ code: 'unknown_alert' });
    expect(await client.auditEntry.count({ where: { target: id } })).toBe(0);
  });

  it('has one audit entry although two operators do it at the same time', async () => {
    const { another, client, store } = await open();
    const id = await firedId(store);
    await Promise.all([another().acknowledge(ada, id), another().acknowledge(ada, id)]);
    expect(await client.auditEntry.count({ where: { target: id } })).toBe(1);
  });
});
