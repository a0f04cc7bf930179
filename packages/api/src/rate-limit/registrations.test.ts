import { AuthError } from '@plantcommunity/auth';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../errors/api-error.ts';
import { config } from '../testing/api-under-test.ts';
import { inProcessRateLimiter } from '../testing/in-process-limits.ts';
import { times } from '../testing/sign-in-attempts.ts';
import type { Rate } from './rate-limiter.ts';
import { createThrottles } from './throttles.ts';

const HOUR = 3_600_000;
const HERE = '203.0.113.7';
const THERE = '198.51.100.9';
const REMEDY = 'Try again later, use another network, or ask the operator of this site to raise REGISTER_RATE.';

function registrations(register: Rate = { count: 10, windowMs: HOUR }) {
  const clock = new FakeClock();
  const rates = { ...config.rates, register };
  const logger = createLogger({ level: 'silent' });
  const throttles = createThrottles({ limiter: inProcessRateLimiter(clock), clock, logger, rates });
  async function fail(reason: Error, address: string | undefined = HERE, onTry = () => {}): Promise<unknown> {
    try {
      return await throttles.register(address, async () => {
        onTry();
        throw reason;
      });
    } catch (thrown) {
      return thrown;
    }
  }
  return { clock, create: (address?: string) => throttles.register(address, async () => 'an account'), fail };
}

const taken = new AuthError('email_taken');

describe('registrations from one address', () => {
  it('create ten accounts an hour; the next refusal names the cause and the remedy', async () => {
    const { clock, create } = registrations();
    await times(10, () => create(HERE));
    await expect(create(HERE)).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfter: 3600,
      detail:
        'Request was throttled. Expected available in 3600 seconds. ' +
        `At most 10 accounts per hour may be created from one network address. ${REMEDY}`,
    });
    expect(await create(THERE)).toBe('an account');
    clock.advance(HOUR);
    expect(await create(HERE)).toBe('an account');
  });

  it('create ten accounts besides refused and failed ones', async () => {
    const { create, fail } = registrations();
    const outage = new Error('the database is unavailable');
    await times(9, async () => {
      expect(await fail(taken)).toBe(taken);
      expect(await fail(outage)).toBe(outage);
      expect(await create(HERE)).toBe('an account');
    });
    expect(await create(HERE)).toBe('an account');
    await expect(create(HERE)).rejects.toThrow('At most 10 accounts');
  });

  it('are refused after ten refused ones, so that they reveal few existing accounts to an address', async () => {
    const { clock, create, fail } = registrations();
    await times(10, () => fail(taken));
    await expect(create(HERE)).rejects.toMatchObject({
      code: 'rate_limited',
      detail:
        'Request was throttled. Expected available in 3600 seconds. ' +
        `At most 10 registrations per hour may fail from one network address. ${REMEDY}`,
    });
    expect(await create(THERE)).toBe('an account');
    clock.advance(HOUR);
    expect(await create(HERE)).toBe('an account');
  });

  it('made at once count before any of them is decided', async () => {
    const { create } = registrations();
    const all = await Promise.allSettled(Array.from({ length: 30 }, () => create(HERE)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  });

  it('made at once reveal no more existing accounts: 150 reveal ten, and create none afterwards', async () => {
    const { create, fail } = registrations();
    const all = await Promise.all(Array.from({ length: 150 }, () => fail(taken)));
    expect(all.filter((reason) => reason === taken)).toHaveLength(10);
    expect(all.filter((reason) => reason instanceof ApiError && reason.code === 'rate_limited')).toHaveLength(140);
    await expect(create(HERE)).rejects.toThrow('At most 10 registrations');
  });

  it('that wait are not run once ten others were refused', async () => {
    const { fail } = registrations();
    let attempts = 0;
    const all = Array.from({ length: 50 }, () => fail(taken, HERE, () => void (attempts += 1)));
    await Promise.all(all);
    expect(attempts).toBe(10);
  });

  it('count an IPv6 /64 as one address', async () => {
    const { create } = registrations();
    await times(10, (index) => create(`2001:db8:1:2::${index + 1}`));
    await expect(create('2001:db8:1:2:3:4:5:6')).rejects.toMatchObject({ code: 'rate_limited' });
    await create('2001:db8:1:3::1');
  });

  it('count all unknown addresses as one', async () => {
    const { create } = registrations();
    await times(10, () => create(undefined));
    await expect(create(undefined)).rejects.toMatchObject({ code: 'rate_limited' });
    await create(HERE);
  });

  it.each([
    ['per day', 86_400_000],
    ['per 15 minutes', 900_000],
    ['per second', 1_000],
    ['per 36 hours', 36 * HOUR],
  ])('state their limit in a refusal as %s', async (limit, windowMs) => {
    const { create } = registrations({ count: 1, windowMs });
    await create(HERE);
    await expect(create(HERE)).rejects.toThrow(`At most 1 account ${limit} may be created`);
  });
});
