import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCircuit } from '../circuit/circuit-breaker.ts';
import type { Circuit } from '../circuit/types.ts';
import { createLeases } from '../lease/leases.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { fail, SERVICE_CIRCUIT } from '../testing/local-circuit.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { connectRedis } from './connect.ts';
import type { RedisConnection, RedisEvent } from './types.ts';

describe.skipIf(!hasRedisServer)('a Redis that refuses subscriptions', () => {
  let server: RedisServer;
  let clock: FakeClock;
  let connections: RedisConnection[];
  let circuits: Circuit[];

  beforeEach(async () => {
    server = await RedisServer.prepare();
    await server.start();
    clock = new FakeClock();
    connections = [];
    circuits = [];
  });
  afterEach(async () => {
    for (const circuit of circuits) circuit.close();
    for (const connection of connections) await connection.close();
    await server[Symbol.asyncDispose]();
  });

  const setPermissions = (...rules: string[]) => server.command('ACL', 'SETUSER', 'default', ...rules);

  /** Stands for a process; collects the events of its connection. */
  async function createProcess() {
    const redis = await connectRedis({ url: server.url }, { timeoutMs: 2000, readyWaitMs: 5000, clock });
    connections.push(redis);
    const events: RedisEvent[] = [];
    redis.subscribe((event) => events.push(event));
    const circuit = createCircuit({ ...SERVICE_CIRCUIT, redis, clock, classify: () => 'failure' });
    circuits.push(circuit);
    await circuit.execute(async () => {});
    const leases = createLeases({ redis, prefix: 'test', owner: 'test', clock });
    const refusals = () => events.filter(({ type }) => type === 'subscribe_refused');
    const id = () => redis.client.exec<number>(['CLIENT', 'ID']);
    return { circuit, events, id, leases, refusals };
  }

  const reportsRefusal = (process: Awaited<ReturnType<typeof createProcess>>) =>
    eventually(() => (process.refusals().length > 0 ? true : undefined));

  /** Advances the clock until `isTrue` returns true. */
  const advanceUntil = (isTrue: () => boolean) =>
    eventually(async () => {
      if (isTrue()) return true;
      clock.advance(250);
      await new Promise(setImmediate);
      return undefined;
    });

  it('stays ready, shares circuits and leases by polling, and causes one event that names the permission', async () => {
    await setPermissions('resetchannels');
    const one = await createProcess();
    const two = await createProcess();
    const ids = { one: await one.id(), two: await two.id() };
    await Promise.all([reportsRefusal(one), reportsRefusal(two)]);

    for (let n = 0; n < 3; n += 1) await fail(one.circuit);
    expect(one.circuit.snapshot().state).toBe('open');
    await advanceUntil(() => two.circuit.snapshot().state === 'open');
    expect(await two.circuit.isolate('maintenance')).toBe('shared');
    await advanceUntil(() => one.circuit.snapshot().state === 'isolated');

    const held = await one.leases.acquire('rose', { ttlMs: 1e9, renew: false, waitMs: 40_000 });
    if (held.type !== 'acquired') throw new Error('the lease should be free');
    let hasIt = false;
    const wait = async () => {
      const next = await two.leases.acquire('rose', { ttlMs: 1e9, renew: false, waitMs: 1e9 });
      hasIt = next.type === 'acquired';
    };
    const waiting = wait();
    expect(await held.lease.release()).toBe(true);
    await advanceUntil(() => hasIt);
    await waiting;

    // The subscription is retried many more times.
    for (let n = 0; n < 20; n += 1) {
      clock.advance(5000);
      await Promise.all([one.id(), two.id()]);
    }
    expect({ one: await one.id(), two: await two.id() }).toEqual(ids);
    for (const { events, refusals } of [one, two]) {
      expect(events.map(({ type }) => type)).toEqual(['ready', 'subscribe_refused']);
      expect(refusals()[0]?.remedy).toBe('ACL SETUSER default &*@db0');
    }
  });

  it('delivers messages once the reported permission is granted, and is polled after its loss', async () => {
    await setPermissions('resetchannels');
    const one = await createProcess();
    const two = await createProcess();
    await Promise.all([reportsRefusal(one), reportsRefusal(two)]);
    await setPermissions('&*@db0');
    await eventually(async () => {
      clock.advance(5000);
      const subscribers = await server.command('PUBSUB', 'NUMSUB', 'circuit:{service}:changed@db0');
      return subscribers.endsWith(',2') ? true : undefined;
    });
    // No time passes: the message arrives through the subscription.
    for (let n = 0; n < 3; n += 1) await fail(one.circuit);
    await eventually(() => (two.circuit.snapshot().state === 'open' ? true : undefined));

    await setPermissions('resetchannels');
    await eventually(() => (two.refusals().length === 2 ? true : undefined));
    await one.circuit.reset('by hand');
    await advanceUntil(() => two.circuit.snapshot().state === 'closed');
    expect(two.events.map(({ type }) => type)).toEqual(['ready', 'subscribe_refused', 'subscribe_refused']);
  });

  it('causes an event that names the command if SUBSCRIBE itself is refused', async () => {
    await setPermissions('-subscribe');
    const one = await createProcess();
    await reportsRefusal(one);
    expect(one.refusals()).toMatchObject([{ remedy: 'ACL SETUSER default +subscribe' }]);
  });
});
