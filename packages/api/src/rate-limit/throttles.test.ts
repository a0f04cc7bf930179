import { setImmediate as nextTurn } from 'node:timers/promises';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { config } from '../testing/api-under-test.ts';
import { inProcessRateLimiter } from '../testing/in-process-limits.ts';
import { isAllowed, right, times, wrong } from '../testing/sign-in-attempts.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { createThrottles } from './throttles.ts';

const MINUTE = 60_000;
const HERE = '203.0.113.7';
const THERE = '198.51.100.9';

/**
 * The default rates are 5 attempts of an account and 20 of an address in 15 minutes, 3 registrations and 30 refreshes an
 * hour.
 */
function throttlesAt(rates: Partial<typeof config.rates> = {}) {
  const clock = new FakeClock();
  const counted: string[] = [];
  const inProcess = inProcessRateLimiter(clock);
  const limiter: RateLimiter = {
    ...inProcess,
    consume(key, rate) {
      counted.push(key);
      return inProcess.consume(key, rate);
    },
  };
  const logger = createLogger({ level: 'silent' });
  return {
    clock,
    counted,
    throttles: createThrottles({ limiter, clock, logger, rates: { ...config.rates, ...rates } }),
  };
}

describe('sign-in attempts', () => {
  it('are allowed five times for an account from an address, in any spelling', async () => {
    const { clock, throttles } = throttlesAt();
    const spellings = [
      'anna@example.org',
      ' Anna@Example.ORG ',
      'ANNA@EXAMPLE.ORG',
      'anna@example.org',
      'anna@example.org',
    ];
    await times(5, (index) => throttles.signIn({ email: spellings[index], address: HERE }, wrong));
    await expect(throttles.signIn({ email: 'anna@EXAMPLE.org', address: HERE }, wrong)).rejects.toMatchObject({
      code: 'rate_limited',
      status: 429,
      retryAfter: 900,
      detail: 'Request was throttled. Expected available in 900 seconds.',
      headers: { 'Retry-After': '900' },
    });
    clock.advance(15 * MINUTE - 1);
    await expect(throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong)).rejects.toMatchObject({
      retryAfter: 1,
    });
    clock.advance(1);
    await throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong);
  });

  it('of one account from one address do not affect others', async () => {
    const { throttles } = throttlesAt();
    await times(5, () => throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong));
    expect(await isAllowed(throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong))).toBe(false);
    expect(await isAllowed(throttles.signIn({ email: 'anna@example.org', address: THERE }, wrong))).toBe(true);
    expect(await isAllowed(throttles.signIn({ email: 'ben@example.org', address: HERE }, wrong))).toBe(true);
  });

  it('are allowed twenty times from an address, for all accounts together', async () => {
    const { throttles } = throttlesAt();
    await times(20, (index) => throttles.signIn({ email: `user${index}@example.org`, address: HERE }, wrong));
    await expect(throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong)).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await throttles.signIn({ email: 'anna@example.org', address: THERE }, wrong);
  });

  it('do not count when they are refused, so that Retry-After stays true', async () => {
    const { throttles } = throttlesAt();
    await times(5, () => throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong));
    await times(30, () => isAllowed(throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong)));
    for (let other = 0; other < 15; other += 1) {
      expect(await isAllowed(throttles.signIn({ email: `user${other}@example.org`, address: HERE }, wrong))).toBe(true);
    }
  });

  it('use no place of other accounts while they are refused', async () => {
    const { throttles } = throttlesAt();
    await times(5, () => throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong));
    await times(14, (index) => throttles.signIn({ email: `user${index}@example.org`, address: HERE }, wrong));
    const again = Array.from({ length: 10 }, () =>
      isAllowed(throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong)),
    );
    const neighbour = isAllowed(throttles.signIn({ email: 'ben@example.org', address: HERE }, wrong));
    expect(await Promise.all(again)).not.toContain(true);
    expect(await neighbour).toBe(true);
  });

  it('get a Retry-After that fits both the account and the address', async () => {
    const signIn = { count: 5, windowMs: MINUTE };
    const { throttles } = throttlesAt({ signIn, signInAddress: { count: 5, windowMs: 15 * MINUTE } });
    const anna = () => throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong);
    await times(5, anna);
    await expect(anna()).rejects.toMatchObject({ retryAfter: 900 });
  });

  it('are refunded when they succeed', async () => {
    const { throttles } = throttlesAt();
    const signIn = () => throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong);
    await times(50, () => throttles.signIn({ email: 'anna@example.org', address: HERE }, right));
    await times(4, signIn);
    expect(await isAllowed(signIn())).toBe(true);
    expect(await isAllowed(signIn())).toBe(false);
  });

  it('made at once count before they are checked', async () => {
    const { throttles } = throttlesAt();
    const attempts = Array.from({ length: 12 }, () =>
      throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong),
    );
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('without an email address count as one account', async () => {
    const { throttles } = throttlesAt();
    await times(5, (index) =>
      throttles.signIn({ email: index % 2 === 0 ? undefined : `no${index}`, address: HERE }, wrong),
    );
    await expect(throttles.signIn({ email: 'none', address: HERE }, wrong)).rejects.toMatchObject({
      code: 'rate_limited',
    });
  });

  it('store neither account nor address', async () => {
    const { counted, throttles } = throttlesAt();
    await throttles.signIn({ email: 'anna@example.org', address: HERE }, wrong);
    await throttles.register(HERE, async () => undefined);
    await throttles.refresh('a sign-in');
    await throttles.withToken({ token: 'a token', address: HERE }, async () => undefined);
    expect(counted).toHaveLength(7);
    for (const key of counted) {
      expect(key).toMatch(
        /^(sign-in-account:[\da-f]{5}|(sign-in(-address)?|register|refresh|bad-token(-address)?):[\da-f]{64})$/,
      );
    }
  });
});

describe('a refresh token', () => {
  const bad = async () => undefined;
  const good = async () => 'a grant';

  it('that is good is allowed 30 times an hour per sign-in, from any address', async () => {
    const { clock, throttles } = throttlesAt();
    await times(30, () => throttles.refresh('a sign-in'));
    await expect(throttles.refresh('a sign-in')).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 3600 });
    await throttles.refresh('another sign-in');
    clock.advance(60 * MINUTE);
    await throttles.refresh('a sign-in');
  });

  it('that is good does not count against an address', async () => {
    const { throttles } = throttlesAt();
    await times(1_000, async (n) => {
      expect(await throttles.withToken({ token: `token ${n}`, address: HERE }, good)).toBe('a grant');
    });
  });

  it('that is bad is looked up 30 times, then refused without a look-up', async () => {
    const { clock, throttles } = throttlesAt();
    let looks = 0;
    const send = (address: string) =>
      throttles.withToken({ token: 'junk', address }, async () => {
        looks += 1;
        return undefined;
      });
    await times(30, (n) => send(`203.0.113.${n}`));
    await expect(send(THERE)).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 3600 });
    expect(looks).toBe(30);
    clock.advance(60 * MINUTE);
    expect(await send(HERE)).toBeUndefined();
  });

  it('that is bad counts against its address, from which good ones stay allowed', async () => {
    const { throttles } = throttlesAt();
    const junk = (n: number, address = HERE) => throttles.withToken({ token: `junk ${n}`, address }, bad);
    await times(300, junk);
    await expect(junk(300)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(await throttles.withToken({ token: 'mine', address: HERE }, good)).toBe('a grant');
    expect(await junk(301, THERE)).toBeUndefined();
  });

  it('that is bad adds no key of its own once its address is over its limit', async () => {
    const { counted, throttles } = throttlesAt();
    await times(400, (n) => isAllowed(throttles.withToken({ token: `junk ${n}`, address: HERE }, bad)));
    expect(new Set(counted).size).toBe(301);
  });

  it('is looked up two at a time for an address over its limit, and at once for other addresses', async () => {
    const { throttles } = throttlesAt();
    await times(300, (n) => throttles.withToken({ token: `junk ${n}`, address: HERE }, bad));
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    let looks = 0;
    const send = (token: string, address: string) =>
      throttles.withToken({ token, address }, async () => {
        looks += 1;
        await held;
        return 'a grant';
      });
    const here = Array.from({ length: 110 }, (_, n) => isAllowed(send(`token ${n}`, HERE)));
    await nextTurn();
    expect(looks).toBe(2);
    const there = send('another', THERE);
    await nextTurn();
    expect(looks).toBe(3);
    release();
    expect(await there).toBe('a grant');
    expect((await Promise.all(here)).filter(Boolean)).toHaveLength(102);
  });
});
