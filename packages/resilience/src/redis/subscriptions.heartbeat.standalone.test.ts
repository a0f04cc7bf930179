import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { connectRedis } from './connect.ts';
import type { RedisConnection } from './types.ts';

interface Box extends AsyncDisposable {
  readonly url: string;
  /** Nothing passes any more on connections that listen, and neither end is told. */
  forgetListeners(): void;
}

/** Stands before a Redis, as a firewall does. */
async function boxBefore(server: RedisServer): Promise<Box> {
  const path = server.url.replace('unix://', '');
  const listening = new Set<Socket>();
  const forgotten = new Set<Socket>();
  const ends = new Set<Socket>();
  const box = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect(path);
    for (const end of [near, far]) ends.add(end.on('error', () => {}));
    near.on('data', (bytes: Buffer) => {
      if (bytes.includes('subscribe')) listening.add(near);
      if (!forgotten.has(near)) far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => forgotten.has(near) || near.write(bytes));
    near.on('end', () => forgotten.has(near) || near.end());
    near.on('close', () => far.destroy());
  });
  box.listen(`${path}.box`);
  await once(box, 'listening');
  return {
    url: `${server.url}.box`,
    forgetListeners() {
      for (const near of listening) forgotten.add(near);
    },
    async [Symbol.asyncDispose]() {
      for (const end of ends) end.destroy();
      box.close();
    },
  };
}

function listen({ client: redis }: RedisConnection) {
  const lines: string[] = [];
  const subscriber = redis.subscribe('news');
  for (const kind of ['subscribe', 'unsubscribe'] as const) subscriber.on(kind, () => lines.push(kind));
  subscriber.on('message', ({ message }) => lines.push(String(message)));
  const told = (line: string) => eventually(() => (lines.at(-1) === line ? true : undefined));
  return { lines, subscriber, told };
}

it.skipIf(!hasRedisServer)('a subscription whose connection was forgotten on the way is made anew', async () => {
  await using server = await RedisServer.prepare();
  await server.start();
  await using box = await boxBefore(server);
  const clock = new FakeClock();
  const connection = await connectRedis({ url: box.url }, { timeoutMs: 2000, clock });
  const { lines, subscriber, told } = listen(connection);

  await told('subscribe');
  for (const word of ['one', 'two', 'three']) {
    clock.advance(30_000);
    await connection.client.publish('news', word);
    await told(word);
  }
  box.forgetListeners();
  await connection.client.publish('news', 'missed');
  clock.advance(35_000);
  await told('subscribe');
  await connection.client.publish('news', 'heard');
  await told('heard');
  expect(lines).toEqual(['subscribe', 'one', 'two', 'three', 'unsubscribe', 'subscribe', 'heard']);
  await subscriber.unsubscribe();
  await connection.close();
  expect(clock.pendingTimers).toBe(0);
});

it.skipIf(!hasRedisServer)('a sign of life that died with its connection does not cost the next one', async () => {
  await using server = await RedisServer.prepare();
  await server.start();
  const clock = new FakeClock();
  const connection = await connectRedis({ url: server.url }, { timeoutMs: 2000, clock });
  const { lines, subscriber, told } = listen(connection);
  const listener = async () =>
    /id=\d+/.exec(await connection.client.exec<string>(['CLIENT', 'LIST', 'TYPE', 'pubsub']))?.[0];

  await told('subscribe');
  server.hang();
  clock.advance(30_000);
  await server.kill();
  await told('unsubscribe');
  await server.start();
  await told('subscribe');
  await eventually(() => connection.isReady() || undefined);
  const before = await listener();
  clock.advance(5_000);
  await connection.client.publish('news', 'heard');
  await told('heard');
  expect(await listener()).toBe(before);
  expect(lines).toEqual(['subscribe', 'unsubscribe', 'subscribe', 'heard']);
  await subscriber.unsubscribe();
  await connection.close();
  expect(clock.pendingTimers).toBe(0);
});

it.skipIf(!hasRedisServer)(
  'a sign of life that came while the process was busy is read before it counts as missing',
  async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const clock = new FakeClock();
    const connection = await connectRedis({ url: server.url }, { timeoutMs: 2000, clock });
    const { lines, subscriber, told } = listen(connection);
    await told('subscribe');
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
    await told('heard');
    expect(lines).toEqual(['subscribe', 'heard']);
    await subscriber.unsubscribe();
    await connection.close();
  },
);
