import { Redis as IORedis } from 'ioredis';
import { expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { Subscriptions } from './subscriptions.ts';
import { COMMAND_OPTIONS, SUBSCRIBER_OPTIONS } from './tcp-transport.ts';

it.skipIf(!hasRedisServer)('a subscription that died with its connection is confirmed by the next one', async () => {
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

it.skipIf(!hasRedisServer)('a subscription that is left before it is confirmed is waited for by nobody', async () => {
  await using server = await RedisServer.prepare();
  const options = { ...COMMAND_OPTIONS, ...SUBSCRIBER_OPTIONS, path: server.url.replace('unix://', '') };
  const subscriptions = new Subscriptions(
    () => new IORedis(options),
    systemClock,
    () => {},
  );
  const leaving = new AbortController();
  const lines: string[] = [];

  const added = subscriptions.add('subscribe', 'news', (line) => lines.push(line), leaving.signal);
  leaving.abort();
  await added;
  expect(lines).toEqual([]);
  subscriptions.close();
});
