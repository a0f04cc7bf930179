import { setImmediate as nextTurn } from 'node:timers/promises';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { config } from '../testing/api-under-test.ts';
import { inProcessRateLimiter } from '../testing/in-process-limits.ts';
import { right, wrong } from '../testing/sign-in-attempts.ts';
import { createThrottles } from './throttles.ts';

const ANNA = 'anna@example.org';
const MINUTE = 60_000;

function underAttack() {
  const clock = new FakeClock();
  const log: Record<string, unknown>[] = [];
  const logger = createLogger({
    level: 'warn',
    destination: { write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const throttles = createThrottles({ limiter: inProcessRateLimiter(clock), clock, logger, rates: config.rates });
  const attempt = (address: string, email = ANNA, check = wrong as typeof right) =>
    throttles.signIn({ email, address }, check);
  return {
    clock,
    log,
    attempt,
    /** Advances the clock and lets waiting attempts continue. */
    pass: async (ms: number, stepMs = 500) => {
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(stepMs);
        await nextTurn();
      }
    },
    /** Makes `count` failed attempts for Anna, two from each address, so that none waits. */
    guess: async (count: number) => {
      for (let n = 0; n < count; n += 1) await attempt(addressOf(Math.floor(n / 2)));
    },
  };
}

const addressOf = (n: number) => `10.0.${Math.floor(n / 250)}.${n % 250}`;

/** Starts an attempt without awaiting it. */
function follow(attempt: Promise<unknown>) {
  const followed: { state: 'waiting' | 'let in' | 'refused'; error?: unknown } = { state: 'waiting' };
  const settle = async () => {
    try {
      await attempt;
      followed.state = 'let in';
    } catch (error) {
      followed.state = 'refused';
      followed.error = error;
    }
  };
  void settle();
  return followed;
}

describe('sign-in to an account that is guessed from many addresses', () => {
  it('allows guesses at one rate for all addresses together', async () => {
    const { attempt, pass } = underAttack();
    let admitted = 0;
    // Each of 60 addresses keeps to its own limit, 5 in 15 minutes: 1,200 guesses in an hour.
    for (let minute = 0; minute < 60; minute += 3) {
      for (let n = 0; n < 60; n += 1) {
        attempt(addressOf(n)).then(
          () => (admitted += 1),
          () => undefined,
        );
      }
      await pass(3 * MINUTE);
    }
    // Two of each address, and a few each round that got a turn within 10 s; the address limits alone would allow 1,200.
    expect(admitted).toBeGreaterThanOrEqual(120);
    expect(admitted).toBeLessThan(400);
  });

  it('admits the owner at once from an address without failures', async () => {
    const { attempt, clock, guess } = underAttack();
    await guess(500);
    await attempt('203.0.113.7');
    await attempt('203.0.113.7');
    expect(clock.pendingTimers).toBe(0);
  });

  it('admits the owner within seconds from an address with failures', async () => {
    const { attempt, guess, pass } = underAttack();
    await guess(500);
    await attempt('203.0.113.7');
    await attempt('203.0.113.7');
    await attempt('203.0.113.7');
    const next = follow(attempt('203.0.113.7'));
    await nextTurn();
    expect(next.state).toBe('waiting');
    await pass(5_000);
    expect(next.state).toBe('let in');
  });

  it('refuses an attempt whose turn is more than 10 s away, and does not count it', async () => {
    const { attempt, guess, pass } = underAttack();
    await guess(500);
    // The first two attempts of each address do not wait.
    for (let n = 0; n < 80; n += 1) await attempt(addressOf(1_000 + (n % 40)));
    const attempts = Array.from({ length: 40 }, (_, n) => follow(attempt(addressOf(1_000 + n))));
    await nextTurn();
    expect(attempts.filter(({ state }) => state === 'refused')).toHaveLength(20);
    await pass(10_000);
    const states = attempts.map(({ state }) => state);
    expect(states).not.toContain('waiting');
    expect(states.filter((state) => state === 'let in').length).toBeLessThanOrEqual(4);
    for (const { error, state } of attempts) {
      if (state !== 'refused') continue;
      expect(error).toMatchObject({ code: 'rate_limited', status: 429 });
      expect((error as { retryAfter: number }).retryAfter).toBeLessThanOrEqual(10);
    }
    // 5 in 15 minutes from an address: 2 were counted before, so that 3 more are let in where none of these was.
    const refusedAt = addressOf(1_000 + states.lastIndexOf('refused'));
    for (let n = 0; n < 3; n += 1) {
      const next = follow(attempt(refusedAt));
      await pass(10_000);
      expect(next.state).toBe('let in');
    }
  });

  it('gets slower with more failures', async () => {
    const waits: number[] = [];
    for (const failures of [20, 100, 450]) {
      const { attempt, clock, guess, pass } = underAttack();
      await guess(failures);
      for (let n = 0; n < 3; n += 1) await attempt('203.0.113.7');
      const startedAt = clock.now();
      const next = follow(attempt('203.0.113.7'));
      for (let steps = 0; next.state === 'waiting' && steps < 100; steps += 1) await pass(100, 100);
      waits.push(clock.now() - startedAt);
    }
    expect(waits).toEqual([1_000, 2_000, 5_000]);
  });

  it('does not affect other accounts, and ends after a day', async () => {
    const { attempt, clock, guess } = underAttack();
    await guess(500);
    for (let n = 0; n < 5; n += 1) await attempt(addressOf(0), 'ben@example.org').catch(() => undefined);
    expect(clock.pendingTimers).toBe(0);
    clock.advance(24 * 60 * MINUTE);
    for (let n = 0; n < 5; n += 1) await attempt(addressOf(0));
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not count successful attempts', async () => {
    const { attempt, clock } = underAttack();
    for (let n = 0; n < 100; n += 1) await attempt('203.0.113.7', ANNA, right);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is logged with stable digests of account and address', async () => {
    const { attempt, guess, log, pass } = underAttack();
    await guess(100);
    const [here, there] = ['203.0.113.7', '198.51.100.9'] as const;
    for (const address of [here, here, there, there]) await attempt(address);
    for (const address of [here, here, there]) {
      const tried = follow(attempt(address));
      await pass(3_000);
      expect(tried.state).toBe('let in');
    }
    expect(log).toMatchObject(
      [105, 106, 107].map((failures) => ({
        level: 'warn',
        account: expect.stringMatching(/^[\da-f]{16}$/) as string,
        address: expect.stringMatching(/^[\da-f]{16}$/) as string,
        failures,
        refused: false,
        msg: '[AUTH] Many failed sign-ins for one account: sign-in slowed down',
      })),
    );
    expect(log[0]?.['address']).toBe(log[1]?.['address']);
    expect(log[0]?.['address']).not.toBe(log[2]?.['address']);
    expect(JSON.stringify(log)).not.toMatch(/anna|203\.0|198\.51/);
  });
});
