import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCircuit } from '../circuit/circuit-breaker.ts';
import type { Circuit } from '../circuit/types.ts';
import { createLeases } from '../lease/leases.ts';
import type { LeaseHandle, Leases } from '../lease/types.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { fail, SERVICE_CIRCUIT } from '../testing/local-circuit.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { connectTestRedis, eventually } from '../testing/test-redis.ts';
import type { RedisConnection } from './types.ts';

describe.skipIf(!hasRedisServer)('two deployments on databases 1 and 2 of one Redis', () => {
  let server: RedisServer;
  let connections: RedisConnection[];
  let circuits: Circuit[];

  beforeAll(async () => {
    server = await RedisServer.prepare();
    await server.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    connections = [];
    circuits = [];
  });
  afterEach(async () => {
    for (const circuit of circuits) circuit.close();
    await connections[0]?.client.flushall();
    for (const connection of connections) await connection.close();
  });

  async function connect(database: number): Promise<RedisConnection> {
    const connection = await connectTestRedis(`${server.url}?db=${database}`);
    connections.push(connection);
    return connection;
  }

  /** Creates a circuit that never polls, since its clock stands still. */
  async function join(database: number): Promise<Circuit> {
    const redis = await connect(database);
    const circuit = createCircuit({ ...SERVICE_CIRCUIT, redis, clock: new FakeClock(), classify: () => 'failure' });
    circuits.push(circuit);
    await circuit.execute(async () => {});
    return circuit;
  }

  async function waitForSubscribers(clients: number): Promise<void> {
    const list = async () => (await connections[0]?.client.exec<string>(['CLIENT', 'LIST', 'TYPE', 'pubsub'])) ?? '';
    await eventually(async () => ((await list()).match(/\b(p?sub)=1\b/g)?.length === clients ? true : undefined));
  }

  it('share no circuit: failures and an isolation of one do not reach the other', async () => {
    const one = [await join(1), await join(1)] as const;
    const two = [await join(2), await join(2)] as const;
    await waitForSubscribers(4);

    for (let n = 0; n < 3; n += 1) await fail(one[0]);
    await eventually(() => (one[1].snapshot().state === 'open' ? true : undefined));
    await fail(two[0]);
    // Messages arrive in order, so an earlier one would have arrived.
    await eventually(() => (two[1].snapshot().failCount === 1 ? true : undefined));
    expect(two.map((circuit) => circuit.snapshot().state)).toEqual(['closed', 'closed']);

    await one[0].isolate('maintenance');
    await eventually(() => (one[1].snapshot().state === 'isolated' ? true : undefined));
    await two[0].execute(async () => {});
    await eventually(() => (two[1].snapshot().failCount === 0 ? true : undefined));
    expect(two.map((circuit) => circuit.snapshot().state)).toEqual(['closed', 'closed']);
  });

  it('wake no waiter of each other by the release of a lease', async () => {
    const clock = new FakeClock();
    await connect(0);
    const start = await evals();
    const [one, two] = await Promise.all(
      [1, 2].map(async (database) => {
        const [holder, waiter] = await Promise.all([connect(database), connect(database)]);
        const leasesOf = (redis: RedisConnection) => createLeases({ redis, prefix: 'test', owner: 'test', clock });
        const held = await acquire(leasesOf(holder));
        return { held, waiting: acquire(leasesOf(waiter)) };
      }),
    );
    // Each connection is probed; a holder asks once, a waiter once and again when its subscription begins.
    await eventually(async () => ((await evals()) === start + 10 ? true : undefined));
    await one?.held.release();
    await (await one?.waiting)?.release();
    expect(await evals()).toBe(start + 13);
    await two?.held.release();
    await (await two?.waiting)?.release();
    expect(await evals()).toBe(start + 16);
  });

  it('receive no message of each other on the same channel or pattern, and see plain names', async () => {
    const [one, peer, two] = [await connect(1), await connect(1), await connect(2)];
    const received: string[] = [];
    const listen = (name: string, { client: redis }: RedisConnection) => {
      const news = redis.subscribe<number>('news');
      news.on('message', ({ channel, message }) => received.push(`${name} ${channel} ${message}`));
      const all = redis.psubscribe<number>('n*');
      all.on('pmessage', ({ pattern, channel, message }) => received.push(`${name} ${pattern} ${channel} ${message}`));
    };
    listen('peer', peer);
    listen('two', two);
    await waitForSubscribers(4);

    await one.client.publish('news', 1);
    await one.client.pipeline().publish('news', 2).exec();
    await one.client.multi().publish('news', 3).exec();
    await one.client.eval("return redis.call('PUBLISH', ARGV[1], '4')", [], [one.channelOf('news')]);
    await two.client.publish('news', 5);
    await eventually(() => (received.length >= 10 ? true : undefined));
    expect(received.toSorted()).toEqual([
      ...[1, 2, 3, 4].map((message) => `peer n* news ${message}`),
      ...[1, 2, 3, 4].map((message) => `peer news ${message}`),
      'two n* news 5',
      'two news 5',
    ]);
  });

  async function acquire(leases: Leases): Promise<LeaseHandle> {
    const acquisition = await leases.acquire('rose', { ttlMs: 30_000, waitMs: 40_000 });
    if (acquisition.type !== 'acquired') throw new Error('the lease should be free');
    return acquisition.lease;
  }

  async function evals(): Promise<number> {
    const stats = await connections[0]?.client.exec<string>(['INFO', 'commandstats']);
    return Number(/cmdstat_eval:calls=(\d+)/.exec(stats ?? '')?.[1] ?? 0);
  }
});
