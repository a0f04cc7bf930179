import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { connectRedis } from './connect.ts';
import type { RedisConnection } from './types.ts';

interface Gateway extends AsyncDisposable {
  readonly url: string;
  /** Silently drops the connections that subscribe: nothing passes any more, and neither end notices. */
  dropSubscribers(): void;
}

/** Opens a gateway in front of a Redis, such as a firewall. */
async function openGateway(server: RedisServer): Promise<Gateway> {
  const path = server.url.replace('unix://', '');
  const subscribing = new Set<Socket>();
  const dropped = new Set<Socket>();
  const ends = new Set<Socket>();
  const proxy = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect(path);
    for (const end of [near, far]) ends.add(end.on('error', () => {}));
    near.on('data', (bytes: Buffer) => {
      if (bytes.includes('subscribe')) subscribing.add(near);
      if (!dropped.has(near)) far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => dropped.has(near) || near.write(bytes));
    near.on('end', () => dropped.has(near) || near.end());
    near.on('close', () => far.destroy());
  });
  proxy.listen(`${path}.gateway`);
  await once(proxy, 'listening');
  return {
    url: `${server.url}.gateway`,
    dropSubscribers() {
      for (const near of subscribing) dropped.add(near);
    },
    async [Symbol.asyncDispose]() {
      for (const end of ends) end.destroy();
      proxy.close();
    },
  };
}

function subscribe({ client: redis }: RedisConnection) {
  const lines: string[] = [];
  const subscriber = redis.subscribe('news');
  for (const type of ['subscribe', 'unsubscribe'] as const) subscriber.on(type, () => lines.push(type));
  subscriber.on('message', ({ message }) => lines.push(String(message)));
  const received = (line: string) => eventually(() => (lines.at(-1) === line ? true : undefined));
  return { lines, subscriber, received };
}

describe.skipIf(!hasRedisServer)('the heartbeat of a subscription', () => {
  it('replaces a connection that a gateway dropped silently', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    await using gateway = await openGateway(server);
    const clock = new FakeClock();
    const connection = await connectRedis({ url: gateway.url }, { timeoutMs: 2000, clock });
    const { lines, subscriber, received } = subscribe(connection);

    await received('subscribe');
    for (const word of ['one', 'two', 'three']) {
      clock.advance(30_000);
      await connection.client.publish('news', word);
      await received(word);
    }
    gateway.dropSubscribers();
    await connection.client.publish('news', 'missed');
    clock.advance(35_000);
    await received('subscribe');
    await connection.client.publish('news', 'heard');
    await received('heard');
    expect(lines).toEqual(['subscribe', 'one', 'two', 'three', 'unsubscribe', 'subscribe', 'heard']);
    await subscriber.unsubscribe();
    await connection.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('that was lost with its connection does not close the next one', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const clock = new FakeClock();
    const connection = await connectRedis({ url: server.url }, { timeoutMs: 2000, clock });
    const { lines, subscriber, received } = subscribe(connection);
    const subscriberId = async () =>
      /id=\d+/.exec(await connection.client.exec<string>(['CLIENT', 'LIST', 'TYPE', 'pubsub']))?.[0];

    await received('subscribe');
    server.hang();
    clock.advance(30_000);
    await server.kill();
    await received('unsubscribe');
    await server.start();
    await received('subscribe');
    await eventually(() => connection.isReady() || undefined);
    const before = await subscriberId();
    clock.advance(5_000);
    await connection.client.publish('news', 'heard');
    await received('heard');
    expect(await subscriberId()).toBe(before);
    expect(lines).toEqual(['subscribe', 'unsubscribe', 'subscribe', 'heard']);
    await subscriber.unsubscribe();
    await connection.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('reads a reply that arrived while the process was busy before it counts as missing', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const clock = new FakeClock();
    const connection = await connectRedis({ url: server.url }, { timeoutMs: 2000, clock });
    const { lines, subscriber, received } = subscribe(connection);
    await received('subscribe');
    // From here on the next turn of the event loop begins with timers, before sockets are read.
    await new Promise(setImmediate);
    const late = Promise.withResolvers<void>();
    setTimeout(() => {
      clock.advance(5000);
      late.resolve();
    }, 1);
    clock.advance(30_000);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    await late.promise;
    await connection.client.publish('news', 'heard');
    await received('heard');
    expect(lines).toEqual(['subscribe', 'heard']);
    await subscriber.unsubscribe();
    await connection.close();
  });
});
