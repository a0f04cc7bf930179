import { Writable } from 'node:stream';
import type { Principal } from '@plantcommunity/auth';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { Redis } from '@upstash/redis';
import { describe, expect, it } from 'vitest';
import { inProcessCredits } from '../testing/in-process-limits.ts';
import { createCreditShares } from './credit-shares.ts';

const HOUR = 3_600_000;
const logger = createLogger({ level: 'silent' });
const user = (userId: string, tier: Principal['tier'] = 'free'): Principal => ({
  userId,
  email: `${userId}@example.org`,
  role: 'user',
  tier,
});

function shared(limits = { account: 400, address: 1_200 }) {
  const clock = new FakeClock(Date.UTC(2026, 2, 1, 12, 30));
  return { clock, shares: inProcessCredits({ clock, logger, limits }) };
}

/** Returns the remaining credits by policy. */
const remainingOf = (statuses: readonly { policy: string; remaining: number }[]) =>
  Object.fromEntries(statuses.map(({ policy, remaining }) => [policy, remaining]));

describe('the shares of an identification', () => {
  it.each(['pro', 'premium', 'enterprise'] as const)('are none for tier %s', (tier) => {
    expect(shared().shares.sharesOf(user('anna', tier), '203.0.113.7')).toEqual([]);
  });

  it('are none for anonymous callers, and none whose limit is 0', () => {
    expect(shared().shares.sharesOf(undefined, '203.0.113.7')).toEqual([]);
    const { shares } = shared({ account: 0, address: 5 });
    expect(shares.sharesOf(user('anna'), '203.0.113.7').map(({ policy }) => policy)).toEqual(['credits-address']);
    expect(shared({ account: 0, address: 0 }).shares.sharesOf(user('anna'), undefined)).toEqual([]);
  });

  it('are the account’s own and one of all accounts at one address or /64', () => {
    const { shares } = shared();
    const keys = (userId: string, address: string | undefined) =>
      shares.sharesOf(user(userId), address).map(({ key }) => key);
    const [anna, place] = keys('anna', '2001:db8:1:2::7');
    expect(anna).toBe('user:anna');
    expect(place).toMatch(/^address:[0-9a-f]{64}$/);
    expect(keys('berta', '2001:db8:1:2:ffff::1')).toEqual(['user:berta', place]);
    expect(keys('anna', '2001:db8:1:3::7')).not.toContain(place);
    expect(keys('anna', undefined)[1]).toBe(keys('berta', undefined)[1]);
  });
});

describe('credits of the daily shares', () => {
  it('of one address are 1,200 in 24 hours, for any number of accounts', async () => {
    const { clock, shares } = shared();
    let spent = 0;
    // Three registrations an hour, each account with 100 identifications an hour.
    for (let hour = 0; hour < 24; hour += 1) {
      for (let account = 0; account <= hour * 3 + 2; account += 1) {
        const own = shares.sharesOf(user(`account-${account}`), '203.0.113.7');
        for (let call = 0; call < 100; call += 1) {
          const taken = await shares.reserve(own, 2);
          if (!taken.allowed) break;
          spent += 2;
        }
      }
      clock.advance(HOUR);
    }
    expect(spent).toBe(1_200);
  });

  it('of one account are 400 in 24 hours, from any address', async () => {
    const { clock, shares } = shared();
    let spent = 0;
    for (let call = 0; call < 500; call += 1) {
      const { allowed } = await shares.reserve(shares.sharesOf(user('anna'), `203.0.113.${call % 200}`), 1);
      if (allowed) spent += 1;
    }
    expect(spent).toBe(400);
    clock.advance(24 * HOUR);
    expect((await shares.reserve(shares.sharesOf(user('anna'), '203.0.113.7'), 1)).allowed).toBe(true);
  });

  it('are reserved in both shares, or in none if one has too few', async () => {
    const { shares } = shared({ account: 3, address: 4 });
    const anna = shares.sharesOf(user('anna'), '203.0.113.7');
    const berta = shares.sharesOf(user('berta'), '203.0.113.7');
    expect((await shares.reserve(anna, 3)).allowed).toBe(true);
    const refused = await shares.reserve(berta, 2);
    expect(refused.statuses.map(({ allowed, policy, remaining }) => ({ allowed, policy, remaining }))).toEqual([
      { allowed: false, policy: 'credits-address', remaining: 1 },
      { allowed: true, policy: 'credits-free', remaining: 3 },
    ]);
    expect(remainingOf(await shares.peek(berta))).toEqual({ 'credits-free': 3, 'credits-address': 1 });
    expect((await shares.reserve(berta, 1)).allowed).toBe(true);
  });

  it('that were not spent are refunded', async () => {
    const { clock, shares } = shared({ account: 4, address: 0 });
    const anna = shares.sharesOf(user('anna'), '203.0.113.7');
    const taken = await shares.reserve(anna, 2);
    clock.advance(HOUR);
    expect(remainingOf(taken.settle(1))).toEqual({ 'credits-free': 3 });
    expect(remainingOf(await shares.peek(anna))).toEqual({ 'credits-free': 3 });
  });
});

describe('daily shares without Redis', () => {
  it('are a tenth in each process, which is logged once', async () => {
    const log: string[] = [];
    const clock = new FakeClock();
    const redis = new Redis({
      request: async () => {
        throw new Error('connection reset');
      },
    });
    const shares = createCreditShares({
      redis: { client: redis, isReady: () => true },
      clock,
      logger: createLogger({
        level: 'info',
        destination: new Writable({
          write(chunk: Buffer, _encoding, done) {
            log.push((JSON.parse(chunk.toString()) as { msg: string }).msg);
            done();
          },
        }),
      }),
      limits: { account: 400, address: 1_200 },
    });
    let spent = 0;
    for (let call = 0; call < 100; call += 1) {
      if ((await shares.reserve(shares.sharesOf(user('anna'), '203.0.113.7'), 2)).allowed) spent += 2;
    }
    expect(spent).toBe(40);
    expect(log).toEqual([
      '[RATELIMIT] Redis unavailable, counting locally: this process allows a tenth of the daily credits',
    ]);
    const [status] = await shares.peek(shares.sharesOf(user('anna'), undefined));
    expect(status).toMatchObject({ rate: { count: 40 }, remaining: 0 });
  });
});
