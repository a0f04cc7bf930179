import { pendingMigrations } from '@plantcommunity/db/migrations';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import type { Settings } from '@plantcommunity/settings';
import { error, type Finding, warning } from './check-settings.ts';

const REPLICA = 'is a replica, whose writes are refused or lost.';

/** Checks that the database answers and has all migrations. */
export async function probeDatabase(url: string, directUrl?: string): Promise<Finding[]> {
  try {
    const pending = await pendingMigrations(url, { directUrl });
    if (pending.length === 0) return [];
    return [warning('DATABASE_URL', `lacks migrations, which the next start applies: ${pending.join(', ')}.`)];
  } catch (thrown) {
    return [error('DATABASE_URL', `cannot be used: ${messageOf(thrown)}`)];
  }
}

/** Checks that Redis answers, accepts writes, evicts no keys, and allows subscriptions. */
export async function probeRedis(connection: NonNullable<Settings['redis']['connection']>): Promise<Finding[]> {
  const about = 'url' in connection ? 'REDIS_URL' : 'UPSTASH_REDIS_REST_URL';
  const redis = await connectRedis(connection, { timeoutMs: 2_000 });
  try {
    return await judgeServer(redis, about);
  } finally {
    await redis.close();
  }
}

async function judgeServer(connection: RedisConnection, about: string): Promise<Finding[]> {
  if (!(await connection.probe())) return [error(about, unusable(reasonOf(connection)))];
  const info = await connection.client.exec(['INFO']).then(String, () => '');
  // Some replicas accept writes, which no other server ever gets.
  if (/^role:slave/m.test(info)) return [error(about, REPLICA)];
  const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1] ?? 'noeviction';
  const evicts = warning(
    about,
    `leads to a Redis whose maxmemory-policy is ${policy}: leases, quotas and limits could be thrown out. Use noeviction.`,
  );
  return [...(policy === 'noeviction' ? [] : [evicts]), ...(await judgeChannels(connection, about))];
}

function reasonOf(connection: RedisConnection): string {
  let reason: string | undefined;
  connection.subscribe((event) => {
    reason = event.reason;
  })();
  return reason ?? 'no answer';
}

function unusable(reason: string): string {
  if (reason.startsWith('READONLY')) return REPLICA;
  return `cannot be used: ${reason}. Each process would apply a tenth of the limits, and share nothing.`;
}

/** Checks that the user may subscribe. Skipped over REST, where nothing subscribes. */
async function judgeChannels(connection: RedisConnection, about: string): Promise<Finding[]> {
  if (connection.transport === 'rest') return [];
  const { promise, resolve } = Promise.withResolvers<Finding[]>();
  connection.subscribe(({ type, reason, remedy }) => {
    if (type !== 'subscribe_refused') return;
    const finding = `refuses SUBSCRIBE: ${reason}. Changes would be noticed late. Run in redis-cli: ${remedy}`;
    resolve([warning(about, finding)]);
  });
  const subscriber = connection.client.subscribe('check-deploy');
  subscriber.on('subscribe', () => resolve([]));
  return promise;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
