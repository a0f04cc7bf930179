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

describe.skipIf(!hasRedisServer)('a Redis whose user has no right to channels', () => {
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

  const rights = (...rules: string[]) => server.command('ACL', 'SETUSER', 'default', ...rules);

  /** One process, with the events of its connection. */
  async function start() {
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

  const told = (process: Awaited<ReturnType<typeof start>>) =>
    eventually(() => (process.refusals().length > 0 ? true : undefined));

  /** Advances the clock until `isThere` returns true. */
  const asTimePasses = (isThere: () => boolean) =>
    eventually(async () => {
      if (isThere()) return true;
      clock.advance(250);
      await new Promise(setImmediate);
      return undefined;
    });

  it('stays up: circuits and leases are shared by polling, and one event names the right', async () => {
    await rights('resetchannels');
    const one = await start();
    const two = await start();
    const ids = [await one.id(), await two.id()];
    await Promise.all([told(one), told(two)]);

    for (let n = 0; n < 3; n += 1) await fail(one.circuit);
    expect(one.circuit.snapshot().state).toBe('open');
    await asTimePasses(() => two.circuit.snapshot().state === 'open');
    expect(await two.circuit.isolate('maintenance')).toBe('shared');
    await asTimePasses(() => one.circuit.snapshot().state === 'isolated');

    const held = await one.leases.acquire('rose', { ttlMs: 1e9, renew: false, waitMs: 40_000 });
    if (held.type !== 'acquired') throw new Error('the lease was to be had');
    let hasIt = false;
    const wait = async () => {
      const next = await two.leases.acquire('rose', { ttlMs: 1e9, renew: false, waitMs: 1e9 });
      hasIt = next.type === 'acquired';
    };
    const waiting = wait();
    expect(await held.lease.release()).toBe(true);
    await asTimePasses(() => hasIt);
    await waiting;

    // Many more times it is tried again.
    for (let n = 0; n < 20; n += 1) {
      clock.advance(5000);
      await Promise.all([one.id(), two.id()]);
    }
    expect([await one.id(), await two.id()]).toEqual(ids);
    for (const { events, refusals } of [one, two]) {
      expect(events.map(({ type }) => type)).toEqual(['ready', 'subscribe_refused']);
      expect(refusals()[0]?.remedy).toBe('ACL SETUSER default &*@db0');
    }
  });

  it('receives messages once the reported permission is granted, and survives its loss', async () => {
    await rights('resetchannels');
    const one = await start();
    const two = await start();
    await Promise.all([told(one), told(two)]);
    await rights('&*@db0');
    await eventually(async () => {
      clock.advance(5000);
      const hearing = await server.command('PUBSUB', 'NUMSUB', 'circuit:{service}:changed@db0');
      return hearing.endsWith(',2') ? true : undefined;
    });
    // No time passes: the message arrives through the subscription.
    for (let n = 0; n < 3; n += 1) await fail(one.circuit);
    await eventually(() => (two.circuit.snapshot().state === 'open' ? true : undefined));

    await rights('resetchannels');
    await eventually(() => (two.refusals().length === 2 ? true : undefined));
    await one.circuit.reset('by hand');
    await asTimePasses(() => two.circuit.snapshot().state === 'closed');
    expect(two.events.map(({ type }) => type)).toEqual(['ready', 'subscribe_refused', 'subscribe_refused']);
  });

  it('refuses SUBSCRIBE itself: the command is named', async () => {
    await rights('-subscribe');
    const one = await start();
    await told(one);
    expect(one.refusals()).toMatchObject([{ remedy: 'ACL SETUSER default +subscribe' }]);
  });
});
