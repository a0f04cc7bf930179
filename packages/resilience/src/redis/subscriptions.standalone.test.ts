import { Redis as IORedis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { Subscriptions } from './subscriptions.ts';
import { COMMAND_OPTIONS, SUBSCRIBER_OPTIONS } from './tcp-transport.ts';

describe.skipIf(!hasRedisServer)('a subscription', () => {
  it('that was lost with its connection is confirmed by the next one', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const options = { ...COMMAND_OPTIONS, ...SUBSCRIBER_OPTIONS, path: server.url.replace('unix://', '') };
    const subscriptions = new Subscriptions(
      () => new IORedis(options),
      systemClock,
      () => {},
    );
    const lines: string[] = [];
    const add = (name: string) => subscriptions.add('subscribe', name, (line) => lines.push(line), undefined);

    await add('first');
    server.hang();
    const added = add('second');
    await server.kill();
    await server.start();
    await added;
    expect(lines).toContain('subscribe,second,1');
    subscriptions.close();
  });

  it('is reported as lost once, however many attempts to reconnect fail', async () => {
    await using server = await RedisServer.prepare();
    await server.start();
    const options = { ...COMMAND_OPTIONS, ...SUBSCRIBER_OPTIONS, path: server.url.replace('unix://', '') };
    const connection = new IORedis(options);
    let attempts = 0;
    connection.on('reconnecting', () => {
      attempts += 1;
    });
    const subscriptions = new Subscriptions(
      () => connection,
      systemClock,
      () => {},
    );
    const lines: string[] = [];
    await subscriptions.add('subscribe', 'news', (line) => lines.push(line), undefined);

    await server.kill();
    await eventually(() => attempts >= 3 || undefined);
    await server.start();
    await eventually(() => lines.at(-1) === 'subscribe,news,1' || undefined);
    expect(lines).toEqual(['subscribe,news,1', 'unsubscribe,news,0', 'subscribe,news,1']);
    subscriptions.close();
  });

  it('that is aborted before its confirmation settles at once', async () => {
    await using server = await RedisServer.prepare();
    const options = { ...COMMAND_OPTIONS, ...SUBSCRIBER_OPTIONS, path: server.url.replace('unix://', '') };
    const subscriptions = new Subscriptions(
      () => new IORedis(options),
      systemClock,
      () => {},
    );
    const controller = new AbortController();
    const lines: string[] = [];

    const added = subscriptions.add('subscribe', 'news', (line) => lines.push(line), controller.signal);
    controller.abort();
    await added;
    expect(lines).toEqual([]);
    subscriptions.close();
  });
});
