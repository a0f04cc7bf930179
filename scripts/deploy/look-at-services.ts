import { pendingMigrations } from '@plantcommunity/db/migrations';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import type { Settings } from '@plantcommunity/settings';
import { error, type Finding, warning } from './finding.ts';

/** Whether the database is there, and has all of the checked-in migrations. */
export async function lookAtDatabase(url: string): Promise<Finding[]> {
  try {
    const pending = await pendingMigrations(url);
    if (pending.length === 0) return [];
    return [warning('DATABASE_URL', `lacks migrations, which the next start applies: ${pending.join(', ')}.`)];
  } catch (thrown) {
    return [error('DATABASE_URL', `cannot be used: ${messageOf(thrown)}`)];
  }
}

/** Whether Redis is there, takes writes, and keeps what it is given. */
export async function lookAtRedis(connection: NonNullable<Settings['redis']['connection']>): Promise<Finding[]> {
  const about = 'url' in connection ? 'REDIS_URL' : 'UPSTASH_REDIS_REST_URL';
  const redis = await connectRedis(connection, { timeoutMs: 2_000 });
  try {
    return await judgeServer(redis, about);
  } finally {
    await redis.close();
  }
}

async function judgeServer({ redis, ...connection }: RedisConnection, about: string): Promise<Finding[]> {
  if (!(await connection.probe()))
    return [error(about, 'leads to no Redis that answers: limits would be a tenth, and nothing shared.')];
  const info = await redis.exec(['INFO']).then(String, () => '');
  // Some replicas do take writes, which nobody else ever sees.
  if (/^role:slave/m.test(info)) return [error(about, 'is a replica, whose writes are refused or lost.')];
  try {
    await redis.set('check-deploy', 1, { px: 1_000 });
  } catch (thrown) {
    return [error(about, `takes no writes: ${messageOf(thrown)}`)];
  }
  const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1] ?? 'noeviction';
  return policy === 'noeviction'
    ? []
    : [
        warning(
          about,
          `leads to a Redis whose maxmemory-policy is ${policy}: leases, quotas and limits could be thrown out. Use noeviction.`,
        ),
      ];
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
