import { mkdir, rename, rmdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { connectRedis } from './connect.ts';
import { RedisUnavailableError } from './errors.ts';
import type { RedisConnection, RedisEvent } from './types.ts';

/** Interval of the probes by which it recovers. */
const PROBE_INTERVAL_MS = 1000;

describe.skipIf(!hasRedisServer)('a Redis that answers but takes no writes', () => {
  let server: RedisServer;
  let connection: RedisConnection;
  let clock: FakeClock;
  let events: RedisEvent[];

  beforeEach(async () => {
    server = await RedisServer.prepare();
    await server.start('--dbfilename', 'data');
    await use(server.url);
  });
  afterEach(async () => {
    await connection.close();
    await server[Symbol.asyncDispose]();
  });

  async function use(url: string): Promise<void> {
    clock = new FakeClock();
    connection = await connectRedis({ url }, { timeoutMs: 2000, readyWaitMs: 5000, clock });
    events = [];
    connection.subscribe((event) => events.push(event));
  }

  const command = (line: string) => server.command(...line.split(' '));
  const write = () => connection.client.eval("return redis.call('SET', KEYS[1], 'value')", ['key'], []);
  /** Lets one interval after the other pass, each with the time for a reply. */
  const ready = () =>
    eventually(async () => {
      clock.advance(PROBE_INTERVAL_MS);
      await command('INFO server');
      return connection.isReady() || undefined;
    });
  const report = () => events.map(({ type, reason }) => (reason === undefined ? type : `${type}: ${reason}`));

  async function failSaving(): Promise<void> {
    await server.command('CONFIG', 'SET', 'save', '3600 1');
    await mkdir(join(server.dir, 'data'));
    await save('err');
  }

  async function save(status: 'ok' | 'err'): Promise<void> {
    await command('BGSAVE');
    await eventually(async () =>
      (await command('INFO persistence')).includes(`rdb_last_bgsave_status:${status}`) ? true : undefined,
    );
  }

  it.each([
    ['is full', /^OOM /, () => command('CONFIG SET maxmemory 1'), () => command('CONFIG SET maxmemory 0')],
    ['is a replica', /^READONLY /, () => command('REPLICAOF 127.0.0.1 1'), () => command('REPLICAOF NO ONE')],
    [
      'lacks replicas',
      /^NOREPLICAS /,
      () => command('CONFIG SET min-replicas-to-write 1'),
      () => command('CONFIG SET min-replicas-to-write 0'),
    ],
    [
      'cannot save to disk',
      /^MISCONF /,
      failSaving,
      async () => {
        await rmdir(join(server.dir, 'data'));
        await save('ok');
      },
    ],
    [
      'refuses scripts',
      /^NOPERM /,
      () => command('ACL SETUSER default -@scripting'),
      () => command('ACL SETUSER default +@scripting'),
    ],
    [
      'refuses a command of scripts',
      /^(NOPERM|ERR The user) /,
      () => command('ACL SETUSER default -hset'),
      () => command('ACL SETUSER default +hset'),
    ],
  ])(
    'is unavailable because it %s, reports the reason once, and recovers by itself',
    async (_why, reason, begin, end) => {
      await begin();
      expect(await connection.probe()).toBe(false);
      await expect(write()).rejects.toBeInstanceOf(RedisUnavailableError);
      // It stays unavailable while probes are refused.
      for (let asked = 0; asked < 3; asked += 1) expect(await connection.probe()).toBe(false);
      await end();
      await ready();
      expect(await write()).toBe('OK');
      expect(report()).toEqual(['ready', expect.stringMatching(`^lost: ${reason.source.slice(1)}`), 'ready']);
    },
  );

  it.each([
    ['full', 'CONFIG SET maxmemory 1'],
    ['a replica', 'REPLICAOF 127.0.0.1 1'],
  ])('is lost with the first write because it is %s, and receives no other command', async (_why, line) => {
    await command(line);
    await expect(write()).rejects.toMatchObject({ code: 'redis_unavailable', wasSent: true });
    expect(connection.isReady()).toBe(false);
    await expect(connection.client.get('key')).rejects.toMatchObject({ code: 'redis_unavailable', wasSent: false });
  });

  it('is unavailable while it loads its data', async () => {
    for (let key = 0; key < 60; key += 1) await command(`SET key:${key} ${'x'.repeat(2000)}`);
    await command('SAVE');
    await server.kill();
    await server.start(
      '--dbfilename',
      'data',
      '--key-load-delay',
      '20000',
      '--loading-process-events-interval-bytes',
      '1024',
    );
    await eventually(() => (report().some((line) => line.startsWith('error: LOADING')) ? true : undefined));
    expect(connection.isReady()).toBe(false);
    await ready();
    expect(await connection.client.strlen('key:59')).toBe(2000);
  });

  it('is left for another node that became the master', async () => {
    const link = join(server.dir, 'link.sock');
    const point = async (to: RedisServer) => {
      await symlink(to.url.replace('unix://', ''), `${link}.new`);
      await rename(`${link}.new`, link);
    };
    await point(server);
    await connection.close();
    await use(`unix://${link}`);
    await using master = await RedisServer.prepare();
    await master.start();

    await command('REPLICAOF 127.0.0.1 1');
    await point(master);
    await expect(write()).rejects.toBeInstanceOf(RedisUnavailableError);
    await ready();
    expect(await write()).toBe('OK');
    expect(await connection.client.dbsize()).toBeGreaterThan(0);
    await connection.close();
  });
});
