import { setImmediate as nextTurn } from 'node:timers/promises';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { notFound } from '../errors/api-error.ts';
import { config } from '../testing/api-under-test.ts';
import { inProcessRateLimiter } from '../testing/in-process-limits.ts';
import { isAllowed, times, wrong } from '../testing/sign-in-attempts.ts';
import { createThrottles, type Throttles } from './throttles.ts';

const HERE = '203.0.113.7';

/** Limits: 5 attempts for an account from an address, and 20 from an address, in 15 minutes. */
function throttlesAt(): { throttles: Throttles } {
  const clock = new FakeClock();
  const logger = createLogger({ level: 'silent' });
  return { throttles: createThrottles({ limiter: inProcessRateLimiter(clock), clock, logger, rates: config.rates }) };
}

describe('attempts to sign in', () => {
  it.each([
    ['one account', () => 'anna@example.org'],
    ['31 accounts', (n: number) => `user${n}@example.org`],
  ])('that succeed do not block each other: 31 at once from one address, of %s', async (_whose, emailOf) => {
    const { throttles } = throttlesAt();
    const all = Array.from({ length: 31 }, (_, n) =>
      throttles.signIn({ email: emailOf(n), address: HERE }, async (attempt) => {
        await nextTurn();
        attempt.succeeded();
        return n;
      }),
    );
    expect(await Promise.all(all)).toHaveLength(31);
  });

  it('wait for undecided attempts, and are refused when these fail', async () => {
    const { throttles } = throttlesAt();
    let checks = 0;
    const all = Array.from({ length: 150 }, () =>
      isAllowed(
        throttles.signIn({ email: 'anna@example.org', address: HERE }, async () => {
          checks += 1;
          await nextTurn();
        }),
      ),
    );
    expect((await Promise.all(all)).filter(Boolean)).toHaveLength(5);
    expect(checks).toBe(5);
  });

  it('are allowed up to the limit when some concurrent ones fail', async () => {
    const { throttles } = throttlesAt();
    const all = Array.from({ length: 30 }, (_, n) =>
      isAllowed(
        throttles.signIn({ email: 'anna@example.org', address: HERE }, async (attempt) => {
          await nextTurn();
          if (n % 10 !== 0) attempt.succeeded();
        }),
      ),
    );
    expect(await Promise.all(all)).not.toContain(false);
    await times(2, () => throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong));
    expect(await isAllowed(throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong))).toBe(false);
  });

  it('wait a hundred at a time at most', async () => {
    const { throttles } = throttlesAt();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const all = Array.from({ length: 110 }, () =>
      isAllowed(
        throttles.signIn({ email: 'anna@example.org', address: HERE }, async (attempt) => {
          await held;
          attempt.succeeded();
        }),
      ),
    );
    await nextTurn();
    release();
    expect((await Promise.all(all)).filter(Boolean)).toHaveLength(105);
  });

  it('count if the password is wrong, and do not count if it could not be checked', async () => {
    const { throttles } = throttlesAt();
    const failing = (error: Error) =>
      throttles.signIn({ email: 'anna@example.org', address: HERE }, async () => {
        throw error;
      });
    await times(20, () => isAllowed(failing(new Error('the database is unavailable'))));
    await times(5, () => expect(failing(notFound())).rejects.toMatchObject({ code: 'not_found' }));
    await expect(failing(notFound())).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('to register wait for others, too: ten of eleven at once, of which one fails', async () => {
    const { throttles } = throttlesAt();
    const all = Array.from({ length: config.rates.register.count + 1 }, (_, n) =>
      isAllowed(
        throttles.register(HERE, async () => {
          await nextTurn();
          if (n === 0) throw new Error('the database is unavailable');
        }),
      ),
    );
    expect((await Promise.all(all)).filter(Boolean)).toHaveLength(config.rates.register.count);
  });
});
