import { hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { probeRedis } from './probe-services.ts';

// Each waits a second for a Redis that cannot be used, and they do so together.
describe.skipIf(!hasRedisServer)('the Redis of a deployment', { concurrent: true }, () => {
  async function startServer(): Promise<RedisServer> {
    const server = await RedisServer.prepare();
    await server.start();
    return server;
  }

  async function foundAfter(...commands: [string, ...string[]][]) {
    await using server = await startServer();
    for (const command of commands) await server.command(...command);
    return await probeRedis({ url: server.url });
  }

  it('passes when it takes writes and never evicts', async () => {
    expect(await foundAfter()).toEqual([]);
  });

  it('must not evict keys', async () => {
    expect(await foundAfter(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'])).toMatchObject([
      { level: 'warning', about: 'REDIS_URL' },
    ]);
  });

  it.each(['yes', 'no'])('must not be a replica, whether it takes writes or not (read-only: %s)', async (readOnly) => {
    const commands: [string, ...string[]][] = [
      ['CONFIG', 'SET', 'replica-read-only', readOnly],
      ['REPLICAOF', '127.0.0.1', '1'],
    ];
    expect(await foundAfter(...commands)).toMatchObject([
      { level: 'error', about: 'REDIS_URL', text: 'is a replica, whose writes are refused or lost.' },
    ]);
  });

  it.each<[what: string, code: string, command: [string, ...string[]]]>([
    ['be full', 'OOM', ['CONFIG', 'SET', 'maxmemory', '1']],
    ['lack replicas', 'NOREPLICAS', ['CONFIG', 'SET', 'min-replicas-to-write', '1']],
    ['refuse scripts', 'NOPERM', ['ACL', 'SETUSER', 'default', '-@scripting']],
  ])('must not %s', async (_what, code, command) => {
    const findings = await foundAfter(command);
    expect(findings).toMatchObject([{ level: 'error', about: 'REDIS_URL' }]);
    expect(findings[0]?.text).toContain(`cannot be used: ${code} `);
  });

  it('should allow its user to subscribe', async () => {
    await using server = await startServer();
    await server.command('ACL', 'SETUSER', 'default', 'resetchannels');
    const findings = await probeRedis({ url: server.url });
    expect(findings).toMatchObject([{ level: 'warning', about: 'REDIS_URL' }]);
    expect(findings[0]?.text).toContain('ACL SETUSER default &*@db0');
    await server.command('ACL', 'SETUSER', 'default', 'allchannels');
    expect(await probeRedis({ url: server.url })).toEqual([]);
  });

  it('must answer', async () => {
    await using server = await startServer();
    await server.kill();
    expect(await probeRedis({ url: server.url })).toMatchObject([{ level: 'error', about: 'REDIS_URL' }]);
  });
});
