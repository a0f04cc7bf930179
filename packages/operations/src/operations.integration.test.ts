import { randomUUID } from 'node:crypto';
import { type Database, openDatabase } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { connectRedis } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createInstanceRegistry } from './instances/registry.ts';
import type { Operator } from './operator.ts';
import type { OverviewEvent } from './overview-feed.ts';
import { type Instance, loseRedisData, operationsOf, startInstance } from './testing/instance.ts';
import { scriptedCircuit } from './testing/scripted-circuit.ts';

const reason = 'Their status page says outage.';
const override = { provider: 'plant_id', reason } as const;
const ada: Operator = { userId: 'ada', requestId: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3', address: '203.0.113.7' };

let database: Database;
let prefix: string;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  prefix = `test:${randomUUID()}`;
  await database.client.$executeRaw`TRUNCATE "User" CASCADE`;
  const user = { email: 'ada@example.org', passwordHash: '-', role: 'admin', createdAt: new Date() } as const;
  await database.client.user.create({ data: { id: 'ada', ...user } });
});

const start = (options?: { hasRedis?: boolean }) => startInstance(database, prefix, options);
const stateOf = ({ circuit }: Instance) => circuit.snapshot().state;
const auditOf = async ({ operations }: Instance, limit = 10) => (await operations.audit({ limit })).entries;
const activeOverrides = () => database.client.circuitOverride.findMany({ where: { endedAt: null } });

async function becomes(state: string, ...instances: Instance[]): Promise<void> {
  await expect.poll(() => instances.map(stateOf)).toEqual(instances.map(() => state));
}

describe('an isolation', () => {
  it('holds on every instance at once, and ends everywhere with its release', async () => {
    await using here = await start();
    await using there = await start();
    await here.operations.isolateProvider(ada, override);
    expect(stateOf(here)).toBe('isolated');
    await becomes('isolated', there);
    const events: unknown[] = [];
    here.circuit.subscribe((event) => events.push(event));
    await there.operations.releaseProvider(ada, { ...override, reason: 'Their status page is green again.' });
    expect(stateOf(there)).toBe('closed');
    await becomes('closed', here);
    expect(events.at(-1)).toEqual({ type: 'released', reason: 'Their status page is green again.' });
    expect(await activeOverrides()).toEqual([]);
  });

  it('is recorded with operator, time, reason and the states before and after', async () => {
    await using here = await start();
    for (let n = 0; n < 3; n += 1) await here.fail();
    const until = new Date(Date.now() + 900_000);
    await here.operations.isolateProvider(ada, { ...override, until });
    await here.operations.releaseProvider(ada, { ...override, reason: 'It was the wrong one.' });
    expect(await auditOf(here)).toMatchObject([
      {
        action: 'circuit.release',
        before: { state: 'isolated', until: until.toISOString() },
        after: { state: 'closed' },
      },
      {
        action: 'circuit.isolate',
        actor: 'ada@example.org',
        target: 'plant_id',
        reason,
        before: { state: 'open' },
        after: { state: 'isolated', until: until.toISOString() },
        requestId: ada.requestId,
        address: '203.0.113.7',
      },
    ]);
    expect(await auditOf(here, 1)).toHaveLength(1);
  });

  it('survives a restart of every instance and the loss of all data in Redis', async () => {
    {
      await using here = await start();
      await here.operations.isolateProvider(ada, override);
    }
    await loseRedisData(prefix);
    await using here = await start();
    await using there = await start();
    // From the first call on: a start resolves after the first reconciliation.
    expect({ here: stateOf(here), there: stateOf(there) }).toEqual({ here: 'isolated', there: 'isolated' });
    await here.operations.releaseProvider(ada, override);
    await becomes('closed', here, there);
  });

  it('survives the loss of data in Redis under running instances, which do not undo a release', async () => {
    await using here = await start();
    await using there = await start();
    await here.operations.isolateProvider(ada, override);
    await becomes('isolated', there);
    await loseRedisData(prefix);
    await using late = await start();
    await becomes('isolated', here, there, late);
    await late.operations.releaseProvider(ada, override);
    await becomes('closed', here, there, late);
    expect(await activeOverrides()).toEqual([]);
  });

  it('ends everywhere at its end, which is recorded once', async () => {
    await using here = await start();
    await using there = await start();
    await here.operations.isolateProvider(ada, { ...override, until: new Date(Date.now() + 1_000) });
    await becomes('isolated', here, there);
    await becomes('closed', here, there);
    await expect.poll(activeOverrides).toEqual([]);
    const [last, ...before] = await auditOf(here);
    expect(last).toMatchObject({ action: 'circuit.expire', reason, after: { state: 'closed' } });
    expect(last).not.toHaveProperty('actor');
    expect(before).toHaveLength(1);
  });

  it('replaces the one before it, also when eight are made at once', async () => {
    await using here = await start();
    await using there = await start();
    await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 ? here : there).operations.isolateProvider(ada, { ...override, reason: `${reason} Override ${n}.` }),
      ),
    );
    const [active, ...others] = await activeOverrides();
    expect(others).toEqual([]);
    const reasons = () => [here, there].map(({ circuit }) => circuit.snapshot().isolation?.reason);
    await expect.poll(reasons).toEqual([active?.reason, active?.reason]);
    const before = (await auditOf(here, 20)).map((entry) => entry.before);
    expect(before).toEqual([...Array.from({ length: 7 }, () => ({ state: 'isolated' })), { state: 'closed' }]);
  });
});

describe('a reset', () => {
  it('closes an open circuit on every instance, and then ends', async () => {
    await using here = await start();
    await using there = await start();
    for (let n = 0; n < 3; n += 1) await here.fail();
    await becomes('open', here, there);
    await there.operations.resetProvider(ada, override);
    await becomes('closed', here, there);
    expect(await activeOverrides()).toEqual([]);
    expect(await auditOf(here)).toMatchObject([
      { action: 'circuit.reset', before: { state: 'open' }, after: { state: 'closed' } },
    ]);
  });
});

describe('a reset of an isolated circuit', () => {
  it('ends the isolation and closes the circuit on every instance', async () => {
    await using here = await start();
    await using there = await start();
    await here.operations.isolateProvider(ada, override);
    await becomes('isolated', there);
    await there.operations.resetProvider(ada, { ...override, reason: 'They have repaired it.' });
    await becomes('closed', here, there);
    expect(await activeOverrides()).toEqual([]);
    expect(await auditOf(here)).toMatchObject([
      { action: 'circuit.reset', before: { state: 'isolated' }, after: { state: 'closed' } },
      { action: 'circuit.isolate' },
    ]);
  });
});

describe('without Redis', () => {
  it('an isolation holds here at once, and on another instance from its next reconciliation', async () => {
    await using withoutRedis = await start({ hasRedis: false });
    await withoutRedis.operations.isolateProvider(ada, override);
    expect(stateOf(withoutRedis)).toBe('isolated');
    await using there = await start();
    await becomes('isolated', there);
  });

  it('a reset stays active until an instance with Redis has applied it', async () => {
    await using withoutRedis = await start({ hasRedis: false });
    await withoutRedis.operations.resetProvider(ada, override);
    expect(await activeOverrides()).toMatchObject([{ action: 'reset' }]);
    await using there = await start();
    await expect.poll(activeOverrides).toEqual([]);
    expect(stateOf(there)).toBe('closed');
  });
});

describe('the start of operations', () => {
  it('waits at most two seconds for a circuit that does not answer', async () => {
    await using here = await start();
    await here.operations.isolateProvider(ada, override);
    const clock = new FakeClock();
    const circuit = { ...scriptedCircuit(), isolate: () => new Promise<never>(() => {}) };
    const operations = operationsOf(circuit, {
      database,
      clock,
      redis: { isReady: () => true, subscribe: () => () => {} },
    });
    const started = operations.start();
    clock.advance(2_000);
    await started;
    expect(circuit.snapshot().state).toBe('closed');
    await operations.close(0);
  });
});

describe('a refused override', () => {
  it.each([
    [
      'a release of a circuit that is not isolated',
      'not_isolated',
      ({ operations }: Instance) => operations.releaseProvider(ada, override),
    ],
    [
      'an end in the past',
      'invalid_end',
      ({ operations }: Instance) => operations.isolateProvider(ada, { ...override, until: new Date(Date.now() - 1) }),
    ],
    [
      'a reason that is too short',
      'invalid_reason',
      ({ operations }: Instance) => operations.resetProvider(ada, { ...override, reason: 'because' }),
    ],
    [
      'a provider without a key',
      'provider_off',
      ({ operations }: Instance) => operations.isolateProvider(ada, { ...override, provider: 'plantnet' }),
    ],
  ])('changes and records nothing: %s', async (_case, code, makeOverride) => {
    await using here = await start();
    await expect(makeOverride(here)).rejects.toMatchObject({ code });
    expect(await activeOverrides()).toEqual([]);
    expect(await auditOf(here, 1)).toEqual([]);
    expect(stateOf(here)).toBe('closed');
  });

  it('changes nothing when its audit entry cannot be written', async () => {
    await using here = await start();
    // PostgreSQL text cannot hold this character.
    const unwritable = { ...ada, requestId: '\0' };
    await expect(here.operations.isolateProvider(unwritable, override)).rejects.toThrow(/0x00/);
    expect(await database.client.circuitOverride.count()).toBe(0);
    expect(stateOf(here)).toBe('closed');
  });

  it('changes nothing while PostgreSQL is unavailable', async () => {
    const nowhere = openDatabase({ url: 'postgresql://user@localhost/none?host=/nowhere', poolSize: 1 });
    await using here = await startInstance(nowhere, prefix);
    await expect(here.operations.isolateProvider(ada, override)).rejects.toThrow(
      /is not available: nothing is listening there/,
    );
    expect(stateOf(here)).toBe('closed');
    await nowhere.close();
  });
});

describe('the overview', () => {
  it('has the state of each circuit, its isolation with operator and reason, and the newest audit entries', async () => {
    await using here = await start();
    const until = new Date(Date.now() + 900_000);
    await here.operations.isolateProvider(ada, { ...override, until });
    const { audit, circuits, shared } = await here.operations.overview();
    expect(shared).toBe(true);
    expect(audit).toHaveLength(1);
    expect(circuits.plant_id).toMatchObject({
      state: 'isolated',
      failMax: 3,
      maxResetTimeoutMs: 300_000,
      timeoutMs: 35_000,
      isolation: { reason, until: until.getTime(), by: 'ada@example.org' },
      states: [{ state: 'closed' }, { state: 'isolated' }],
    });
    expect(circuits.plantnet).toMatchObject({ state: 'off', states: [] });
    expect(circuits.plantnet).not.toHaveProperty('since');
  });

  it('counts the instances that see the circuits as this one does, from their start to their end', async () => {
    await using here = await start();
    const instances = async ({ operations }: Instance) => (await operations.overview()).instances;
    expect(await instances(here)).toEqual({ agree: 1, known: 1 });
    await using there = await start();
    {
      await using leaving = await start();
      await expect.poll(() => instances(here)).toEqual({ agree: 3, known: 3 });
      await leaving.operations.isolateProvider(ada, override);
      await becomes('isolated', here, there, leaving);
      await expect.poll(() => instances(there)).toEqual({ agree: 3, known: 3 });
    }
    await expect.poll(() => instances(here)).toEqual({ agree: 2, known: 2 });
  });

  it('counts an instance that sees another state, and has no count without Redis', async () => {
    await using here = await start();
    const states = { plant_id: 'closed', plantnet: 'off' } as const;
    const redis = await connectRedis({ url: process.env['TEST_REDIS_URL'] ?? '' }, { timeoutMs: 2_000 });
    const other = createInstanceRegistry({ redis, prefix });
    await other.exchange({ states, leases: [] });
    expect((await here.operations.overview()).instances).toEqual({ agree: 2, known: 2 });
    await other.exchange({ states: { ...states, plant_id: 'open' }, leases: [] });
    await expect.poll(async () => (await here.operations.overview()).instances).toEqual({ agree: 1, known: 2 });
    await using withoutRedis = await start({ hasRedis: false });
    expect(await withoutRedis.operations.overview()).not.toHaveProperty('instances');
    await redis.close();
  });

  it('has the calls, failures and states of all instances', async () => {
    await using here = await start();
    await using there = await start();
    for (const { counters } of [here, there, there]) {
      counters.recordCall({ provider: 'plant_id', outcome: 'failed', durationMs: 900 });
      counters.recordRefusal('pro');
    }
    for (let n = 0; n < 3; n += 1) await there.fail();
    await becomes('open', here);
    const figures = async ({ operations }: Instance) => {
      const { circuits, limits, minutes } = await operations.overview();
      const { lastFailure, opened, states } = circuits.plant_id;
      const sum = (of: 'failed' | 'failures') => minutes.plant_id.reduce((total, minute) => total + minute[of], 0);
      return {
        failed: sum('failed'),
        failures: sum('failures'),
        opened,
        states: states.map(({ state }) => state),
        hasFailureTime: lastFailure?.at !== undefined,
        refused: limits.rows.find(({ tier }) => tier === 'pro')?.refused,
      };
    };
    const all = { failed: 3, failures: 3, opened: 1, states: ['closed', 'open'], hasFailureTime: true, refused: 3 };
    await expect.poll(() => figures(here)).toEqual(all);
    await expect.poll(() => figures(there)).toEqual(all);
    await using withoutRedis = await start({ hasRedis: false });
    const { minutes, shared } = await withoutRedis.operations.overview();
    expect({ shared, failed: minutes.plant_id.at(-1)?.failed }).toEqual({ shared: false, failed: 0 });
  });

  it('is sent to a watcher at once and after a change by another instance, until the watcher leaves', async () => {
    await using here = await start();
    await using there = await start();
    const watcher = new AbortController();
    const seen: OverviewEvent[] = [];
    for await (const event of here.operations.watchOverview(watcher.signal)) {
      seen.push(event);
      if (seen.length === 1) await there.operations.isolateProvider(ada, override);
      else if (event.type === 'changes' && event.changes.circuits?.plant_id.state === 'isolated') watcher.abort();
    }
    expect(seen[0]).toMatchObject({ type: 'whole', overview: { circuits: { plant_id: { state: 'closed' } } } });
    // The audit entry is in the database before any circuit follows it.
    expect(
      seen.slice(1).flatMap((event) => (event.type === 'changes' ? (event.changes.audit ?? []) : [])),
    ).toHaveLength(1);
    expect(seen.at(-1)).not.toHaveProperty('changes.answers');
  });
});
