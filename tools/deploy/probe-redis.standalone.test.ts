import { hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeRedis } from './probe-services.ts';

describe.skipIf(!hasRedisServer)('the Redis of a deployment', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.prepare();
    await server.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function found(...commands: [string, ...string[]][]) {
    for (const command of commands) await server.command(...command);
    return probeRedis({ url: server.url });
  }

  it('passes when it takes writes and never evicts', async () => {
    expect(await found()).toEqual([]);
  });

  it('must not evict keys', async () => {
    expect(await found(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'])).toMatchObject([
      { level: 'warning', about: 'REDIS_URL' },
    ]);
  });

  it.each(['yes', 'no'])('must not be a replica, whether it takes writes or not (read-only: %s)', async (readOnly) => {
    const commands: [string, ...string[]][] = [
      ['CONFIG', 'SET', 'replica-read-only', readOnly],
      ['REPLICAOF', '127.0.0.1', '1'],
    ];
    expect(await found(...commands)).toMatchObject([
      { level: 'error', about: 'REDIS_URL', text: 'is a replica, whose writes are refused or lost.' },
    ]);
  });

  it.each<[what: string, code: string, begin: [string, ...string[]], end: [string, ...string[]]]>([
    ['be full', 'OOM', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    [
      'lack replicas',
      'NOREPLICAS',
      ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
    ],
    [
      'refuse scripts',
      'NOPERM',
      ['ACL', 'SETUSER', 'default', '-@scripting'],
      ['ACL', 'SETUSER', 'default', '+@scripting'],
    ],
  ])('must not %s', async (_what, code, begin, end) => {
    await server.command('REPLICAOF', 'NO', 'ONE');
    const findings = await found(begin);
    await server.command(...end);
    expect(findings).toMatchObject([{ level: 'error', about: 'REDIS_URL' }]);
    expect(findings[0]?.text).toContain(`cannot be used: ${code} `);
  });

  it('should allow its user to subscribe', async () => {
    await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    const findings = await found(['ACL', 'SETUSER', 'default', 'resetchannels']);
    expect(findings).toMatchObject([{ level: 'warning', about: 'REDIS_URL' }]);
    expect(findings[0]?.text).toContain('ACL SETUSER default &*@db0');
    expect(await found(['ACL', 'SETUSER', 'default', 'allchannels'])).toEqual([]);
  });

  it('must answer', async () => {
    await server.kill();
    expect(await probeRedis({ url: server.url })).toMatchObject([{ level: 'error', about: 'REDIS_URL' }]);
  });
});
