import { type RedisConnection } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectInstances } from '../testing/redis-instances.ts';
import { type CreditShares, createCreditShares } from './credit-shares.ts';

const HOUR = 3_600_000;
const logger = createLogger({ level: 'silent' });
const clock = new FakeClock(Date.UTC(2026, 2, 1, 12, 30));

let connections: RedisConnection[] = [];
let instances: CreditShares[] = [];

beforeAll(async () => {
  connections = await connectInstances(3);
  const limits = { account: 400, address: 1_200 };
  instances = connections.map((redis) => createCreditShares({ redis, clock, logger, limits }));
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
});

function instance(number: number): CreditShares {
  const shares = instances[number % instances.length];
  if (shares === undefined) throw new Error('no instance');
  return shares;
}

/** The shares of a new account at an address that no other test has counted. */
function newcomer(address: string) {
  const userId = crypto.randomUUID();
  return instance(0).sharesOf({ userId, tier: 'free' }, address);
}

describe('daily shares counted by several instances', () => {
  it('allow exactly the credits left to parallel calls of four accounts at one address', async () => {
    const address = crypto.randomUUID();
    const accounts = Array.from({ length: 4 }, () => newcomer(address));
    const taken = await Promise.all(
      accounts.flatMap((own) => Array.from({ length: 250 }, (_, call) => instance(call).reserve(own, 2))),
    );
    expect(taken.filter(({ allowed }) => allowed)).toHaveLength(600);
    const statuses = await Promise.all(accounts.map((own) => instance(1).peek(own)));
    expect(statuses.map(([, behind]) => behind?.remaining)).toEqual([0, 0, 0, 0]);
    const own = statuses.map(([account]) => 400 - (account?.remaining ?? 0));
    expect(own.reduce((sum, spent) => sum + spent)).toBe(1_200);
    expect(Math.max(...own)).toBeLessThanOrEqual(400);
  });

  it('become available hour by hour, and expire when they no longer count', async () => {
    const own = newcomer(crypto.randomUUID());
    await instance(0).reserve(own, 300);
    clock.advance(2 * HOUR);
    await instance(1).reserve(own, 100);
    const refused = await instance(2).reserve(own, 2);
    expect(refused).toMatchObject({ allowed: false, statuses: [{ policy: 'credits-free', remaining: 0 }, {}] });
    expect(refused.statuses[0]?.resetAt).toBe(Date.UTC(2026, 2, 2, 12));
    clock.advance(Date.UTC(2026, 2, 2, 12) - clock.now());
    expect((await instance(2).reserve(own, 2)).statuses.map(({ remaining }) => remaining)).toEqual([298, 1_098]);
    const [connection] = connections;
    if (connection === undefined) throw new Error('no connection');
    for (const key of own.map((share) => `credits:{share}:${share.key}`)) {
      expect(await connection.client.hlen(key)).toBe(2);
      expect(await connection.client.ttl(key)).toBeGreaterThan(89_000);
    }
  });

  it('get unspent credits back, and no more than were reserved', async () => {
    const own = newcomer(crypto.randomUUID());
    const taken = await instance(0).reserve(own, 2);
    await instance(1).reserve(own, 1);
    expect(taken.settle(0).map(({ remaining }) => remaining)).toEqual([400, 1_200]);
    await expect
      .poll(async () => (await instance(1).peek(own)).map(({ remaining }) => remaining))
      .toEqual([399, 1_199]);
  });
});
