import { randomUUID } from 'node:crypto';
import { type Database, openDatabase } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { connectRedis } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createInstanceRegistry } from './instances/registry.ts';
import type { Operator } from './operations.ts';
import { type Instance, loseRedisData, operationsOf, startInstance } from './testing/instance.ts';
import { scriptedCircuit } from './testing/scripted-circuit.ts';

const reason = 'Their status page says outage.';
const order = { provider: 'plant_id', reason } as const;
const ada: Operator = { userId: 'ada', requestId: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3', address: '203.0.113.7' };

let database: Database;
let prefix: string;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  prefix = `test:${randomUUID()}`;
  await database.client.circuitOverride.deleteMany();
  await database.client.auditEntry.deleteMany();
  await database.client.user.deleteMany();
  const about = { email: 'ada@example.org', passwordHash: '-', role: 'admin', createdAt: new Date() } as const;
  await database.client.user.create({ data: { id: 'ada', ...about } });
});

const start = (options?: { hasRedis?: boolean }) => startInstance(database, prefix, options);
const stateOf = ({ circuit }: Instance) => circuit.snapshot().state;
const standing = () => database.client.circuitOverride.findMany({ where: { endedAt: null } });

function becomes(state: string, ...instances: Instance[]): Promise<void> {
  return vi.waitFor(() => expect(instances.map(stateOf)).toEqual(instances.map(() => state)), { timeout: 5_000 });
}

describe('an isolation', () => {
  it('holds on every instance as soon as it is ordered, and ends everywhere with its release', async () => {
    await using here = await start();
    await using there = await start();
    await here.operations.isolateProvider(ada, order);
    expect(stateOf(here)).toBe('isolated');
    await becomes('isolated', there);
    const heard: unknown[] = [];
    here.circuit.subscribe((event) => heard.push(event));
    await there.operations.releaseProvider(ada, { ...order, reason: 'Their status page is green again.' });
    expect(stateOf(there)).toBe('closed');
    await becomes('closed', here);
    expect(heard.at(-1)).toEqual({ type: 'released', reason: 'Their status page is green again.' });
    expect(await standing()).toEqual([]);
  });

  it('is recorded with who, when, why, and what it changed', async () => {
    await using here = await start();
    for (let n = 0; n < 3; n += 1) await here.fail();
    const until = new Date(Date.now() + 900_000);
    await here.operations.isolateProvider(ada, { ...order, until });
    await here.operations.releaseProvider(ada, { ...order, reason: 'It was the wrong one.' });
    expect(await here.operations.audit(10)).toMatchObject([
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
    expect(await here.operations.audit(1)).toHaveLength(1);
  });

  it('outlives the restart of every instance and the loss of all that Redis knew', async () => {
    {
      await using here = await start();
      await here.operations.isolateProvider(ada, order);
    }
    await loseRedisData(prefix);
    await using here = await start();
    await using there = await start();
    // From the first call on: whoever started has looked already.
    expect([here, there].map(stateOf)).toEqual(['isolated', 'isolated']);
    await here.operations.releaseProvider(ada, order);
    await becomes('closed', here, there);
  });

  it('stands while Redis loses its data under running instances, and a release is not undone by them', async () => {
    await using here = await start();
    await using there = await start();
    await here.operations.isolateProvider(ada, order);
    await becomes('isolated', there);
    await loseRedisData(prefix);
    await using late = await start();
    await becomes('isolated', here, there, late);
    await late.operations.releaseProvider(ada, order);
    await becomes('closed', here, there, late);
    expect(await standing()).toEqual([]);
  });

  it('ends everywhere when its time is up, which is recorded once', async () => {
    await using here = await start();
    await using there = await start();
    await here.operations.isolateProvider(ada, { ...order, until: new Date(Date.now() + 1_000) });
    await becomes('isolated', here, there);
    await becomes('closed', here, there);
    await vi.waitFor(async () => expect(await standing()).toEqual([]), { timeout: 5_000 });
    const [last, ...before] = await here.operations.audit(10);
    expect(last).toMatchObject({ action: 'circuit.expire', reason, after: { state: 'closed' } });
    expect(last).not.toHaveProperty('actor');
    expect(before).toHaveLength(1);
  });

  it('replaces the one before, however many are ordered at once', async () => {
    await using here = await start();
    await using there = await start();
    await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 ? here : there).operations.isolateProvider(ada, { ...order, reason: `${reason} Order ${n}.` }),
      ),
    );
    const [stands, ...others] = await standing();
    expect(others).toEqual([]);
    await vi.waitFor(() => {
      const said = [here, there].map(({ circuit }) => circuit.snapshot().isolation?.reason);
      expect(said).toEqual([stands?.reason, stands?.reason]);
    });
    const states = (await here.operations.audit(20)).map(({ before }) => before.state);
    expect(states).toEqual([...Array.from({ length: 7 }, () => 'isolated'), 'closed']);
  });
});

describe('a reset', () => {
  it('closes an open circuit on every instance, and then stands no more', async () => {
    await using here = await start();
    await using there = await start();
    for (let n = 0; n < 3; n += 1) await here.fail();
    await becomes('open', here, there);
    await there.operations.resetProvider(ada, order);
    await becomes('closed', here, there);
    expect(await standing()).toEqual([]);
    expect(await here.operations.audit(10)).toMatchObject([
      { action: 'circuit.reset', before: { state: 'open' }, after: { state: 'closed' } },
    ]);
  });
});

describe('a reset of what is isolated', () => {
  it('ends the isolation and closes the circuit on every instance, in one order', async () => {
    await using here = await start();
    await using there = await start();
    await here.operations.isolateProvider(ada, order);
    await becomes('isolated', there);
    await there.operations.resetProvider(ada, { ...order, reason: 'They have repaired it.' });
    await becomes('closed', here, there);
    expect(await standing()).toEqual([]);
    expect(await here.operations.audit(10)).toMatchObject([
      { action: 'circuit.reset', before: { state: 'isolated' }, after: { state: 'closed' } },
      { action: 'circuit.isolate' },
    ]);
  });
});

describe('without Redis', () => {
  it('an isolation holds here at once, and elsewhere as soon as somebody there looks', async () => {
    await using alone = await start({ hasRedis: false });
    await alone.operations.isolateProvider(ada, order);
    expect(stateOf(alone)).toBe('isolated');
    await using there = await start();
    await becomes('isolated', there);
  });

  it('a reset stands until an instance with Redis has made it', async () => {
    await using alone = await start({ hasRedis: false });
    await alone.operations.resetProvider(ada, order);
    expect(await standing()).toMatchObject([{ action: 'reset' }]);
    await using there = await start();
    await vi.waitFor(async () => expect(await standing()).toEqual([]), { timeout: 5_000 });
    expect(stateOf(there)).toBe('closed');
  });
});

describe('a start', () => {
  it('does not wait for ever for a circuit that does not answer', async () => {
    await using here = await start();
    await here.operations.isolateProvider(ada, order);
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
    operations.close();
  });
});

describe('an order that cannot be', () => {
  it.each([
    [
      'a release of what is not isolated',
      'not_isolated',
      ({ operations }: Instance) => operations.releaseProvider(ada, order),
    ],
    [
      'an end in the past',
      'invalid_end',
      ({ operations }: Instance) => operations.isolateProvider(ada, { ...order, until: new Date(Date.now() - 1) }),
    ],
    [
      'a reason too short',
      'invalid_reason',
      ({ operations }: Instance) => operations.resetProvider(ada, { ...order, reason: 'because' }),
    ],
    [
      'a provider without a key',
      'provider_off',
      ({ operations }: Instance) => operations.isolateProvider(ada, { ...order, provider: 'plantnet' }),
    ],
  ])('changes and records nothing: %s', async (_case, code, give) => {
    await using here = await start();
    await expect(give(here)).rejects.toMatchObject({ code });
    expect(await standing()).toEqual([]);
    expect(await here.operations.audit(1)).toEqual([]);
    expect(stateOf(here)).toBe('closed');
  });

  it('is one whose audit entry cannot be written', async () => {
    await using here = await start();
    // PostgreSQL has no text with this character.
    const unwritable = { ...ada, requestId: '\0' };
    await expect(here.operations.isolateProvider(unwritable, order)).rejects.toThrow(/0x00/);
    expect(await database.client.circuitOverride.count()).toBe(0);
    expect(stateOf(here)).toBe('closed');
  });

  it('is any while PostgreSQL is away', async () => {
    const nowhere = openDatabase({ url: 'postgresql://nobody@localhost/none?host=/nowhere', poolSize: 1 });
    await using here = await startInstance(nowhere, prefix);
    await expect(here.operations.isolateProvider(ada, order)).rejects.toThrow(
      /is not available: nothing is listening there/,
    );
    expect(stateOf(here)).toBe('closed');
    await nowhere.close();
  });
});

describe('the overview', () => {
  it('puts together what the circuit says, who isolated it and why, and the newest orders', async () => {
    await using here = await start();
    const until = new Date(Date.now() + 900_000);
    await here.operations.isolateProvider(ada, { ...order, until });
    const { audit, circuits, redis } = await here.operations.circuitsOverview();
    expect(redis).toBe(true);
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

  it('says how many instances see the circuits as this one does, from the moment they start to when they end', async () => {
    await using here = await start();
    const instances = async ({ operations }: Instance) => (await operations.circuitsOverview()).instances;
    expect(await instances(here)).toEqual({ agree: 1, known: 1 });
    await using there = await start();
    {
      await using leaving = await start();
      expect(await instances(here)).toEqual({ agree: 3, known: 3 });
      await leaving.operations.isolateProvider(ada, order);
      await becomes('isolated', here, there, leaving);
      await vi.waitFor(async () => expect(await instances(there)).toEqual({ agree: 3, known: 3 }));
    }
    await vi.waitFor(async () => expect(await instances(here)).toEqual({ agree: 2, known: 2 }));
  });

  it('tells one instance from the others when it decides by itself, and says nothing of them without Redis', async () => {
    await using here = await start();
    const seen = { plant_id: 'closed', plantnet: 'off' } as const;
    const redis = await connectRedis({ url: process.env['TEST_REDIS_URL'] ?? '' }, { timeoutMs: 2_000 });
    const other = createInstanceRegistry({ redis, prefix });
    await other.exchange(seen);
    expect((await here.operations.circuitsOverview()).instances).toEqual({ agree: 2, known: 2 });
    await other.exchange({ ...seen, plant_id: 'open' });
    expect((await here.operations.circuitsOverview()).instances).toEqual({ agree: 1, known: 2 });
    await using alone = await start({ hasRedis: false });
    expect(await alone.operations.circuitsOverview()).not.toHaveProperty('instances');
    await redis.close();
  });

  it('is told at once and again when another instance changed something, until nobody watches', async () => {
    await using here = await start();
    await using there = await start();
    const leaving = new AbortController();
    const states: string[] = [];
    for await (const { circuits } of here.operations.watchCircuits(leaving.signal)) {
      states.push(circuits.plant_id.state);
      if (states.length === 1) await there.operations.isolateProvider(ada, order);
      else if (states.length === 2) leaving.abort();
    }
    expect(states).toEqual(['closed', 'isolated']);
  });
});
