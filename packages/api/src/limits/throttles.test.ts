import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { config } from '../testing/api-under-test.ts';
import { inProcessWindow } from '../testing/in-process-window.ts';
import type { RateWindow } from './rate-window.ts';
import { createThrottles } from './throttles.ts';

const MINUTE = 60_000;
const HERE = '203.0.113.7';
const THERE = '198.51.100.9';

/** Unless told otherwise, of 5 tries of an account and 20 of an address in 15 minutes, 3 registrations and 30 refreshes an hour. */
function throttlesAt(rates: Partial<typeof config.rates> = {}) {
  const clock = new FakeClock();
  const counted: string[] = [];
  const inProcess = inProcessWindow(clock);
  const window: RateWindow = {
    ...inProcess,
    take(key, rate) {
      counted.push(key);
      return inProcess.take(key, rate);
    },
  };
  return { clock, counted, throttles: createThrottles({ window, clock, rates: { ...config.rates, ...rates } }) };
}

async function times(number: number, call: (index: number) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < number; index += 1) await call(index);
}

const isLetIn = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    () => false,
  );

describe('tries to sign in', () => {
  it('are let through five times for an account from an address, whatever the spelling', async () => {
    const { clock, throttles } = throttlesAt();
    const spellings = [
      'anna@example.org',
      ' Anna@Example.ORG ',
      'ANNA@EXAMPLE.ORG',
      'anna@example.org',
      'anna@example.org',
    ];
    await times(5, (index) => throttles.signIn({ email: spellings[index], address: HERE }));
    await expect(throttles.signIn({ email: 'anna@EXAMPLE.org', address: HERE })).rejects.toMatchObject({
      code: 'rate_limited',
      status: 429,
      retryAfter: 900,
      detail: 'Request was throttled. Expected available in 900 seconds.',
      headers: { 'Retry-After': '900' },
    });
    clock.advance(15 * MINUTE - 1);
    await expect(throttles.signIn({ email: 'anna@example.org', address: HERE })).rejects.toMatchObject({
      retryAfter: 1,
    });
    clock.advance(1);
    await throttles.signIn({ email: 'anna@example.org', address: HERE });
  });

  it('of one account from one address leave others alone', async () => {
    const { throttles } = throttlesAt();
    await times(5, () => throttles.signIn({ email: 'anna@example.org', address: HERE }));
    expect(await isLetIn(throttles.signIn({ email: 'anna@example.org', address: HERE }))).toBe(false);
    expect(await isLetIn(throttles.signIn({ email: 'anna@example.org', address: THERE }))).toBe(true);
    expect(await isLetIn(throttles.signIn({ email: 'ben@example.org', address: HERE }))).toBe(true);
  });

  it('are let through twenty times from an address, whatever the account', async () => {
    const { throttles } = throttlesAt();
    await times(20, (index) => throttles.signIn({ email: `user${index}@example.org`, address: HERE }));
    await expect(throttles.signIn({ email: 'anna@example.org', address: HERE })).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await throttles.signIn({ email: 'anna@example.org', address: THERE });
  });

  it('count nowhere when they are refused, so that the time told stays true', async () => {
    const { throttles } = throttlesAt();
    await times(5, () => throttles.signIn({ email: 'anna@example.org', address: HERE }));
    await times(30, () => isLetIn(throttles.signIn({ email: 'anna@example.org', address: HERE })));
    for (let other = 0; other < 15; other += 1) {
      expect(await isLetIn(throttles.signIn({ email: `user${other}@example.org`, address: HERE }))).toBe(true);
    }
  });

  it('take no place of their neighbours while they are refused', async () => {
    const { throttles } = throttlesAt();
    await times(5, () => throttles.signIn({ email: 'anna@example.org', address: HERE }));
    await times(14, (index) => throttles.signIn({ email: `user${index}@example.org`, address: HERE }));
    const again = Array.from({ length: 10 }, () =>
      isLetIn(throttles.signIn({ email: 'anna@example.org', address: HERE })),
    );
    const neighbour = isLetIn(throttles.signIn({ email: 'ben@example.org', address: HERE }));
    expect(await Promise.all(again)).not.toContain(true);
    expect(await neighbour).toBe(true);
  });

  it('are told when there is room for both, the account and the address', async () => {
    const signIn = { count: 5, windowMs: MINUTE };
    const { throttles } = throttlesAt({ signIn, signInAddress: { count: 5, windowMs: 15 * MINUTE } });
    const anna = () => throttles.signIn({ email: 'anna@example.org', address: HERE });
    await times(5, anna);
    await expect(anna()).rejects.toMatchObject({ retryAfter: 900 });
  });

  it('are given back when they succeed', async () => {
    const { throttles } = throttlesAt();
    const signIn = () => throttles.signIn({ email: 'anna@example.org', address: HERE });
    await times(50, async () => (await signIn()).succeeded());
    await times(4, signIn);
    expect(await isLetIn(signIn())).toBe(true);
    expect(await isLetIn(signIn())).toBe(false);
  });

  it('made at once count before any of them is checked', async () => {
    const { throttles } = throttlesAt();
    const tries = Array.from({ length: 12 }, () => throttles.signIn({ email: 'anna@example.org', address: HERE }));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('with no e-mail address in them count as one account', async () => {
    const { throttles } = throttlesAt();
    await times(5, (index) => throttles.signIn({ email: index % 2 === 0 ? undefined : `no${index}`, address: HERE }));
    await expect(throttles.signIn({ email: 'none', address: HERE })).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('leave neither person nor address in what is kept of them', async () => {
    const { counted, throttles } = throttlesAt();
    await throttles.signIn({ email: 'anna@example.org', address: HERE });
    await throttles.register(HERE);
    await throttles.refresh(HERE);
    expect(counted).toHaveLength(4);
    for (const key of counted) expect(key).toMatch(/^(sign-in|sign-in-address|register|refresh):[\da-f]{64}$/);
  });
});

describe.each([
  ['register', 3],
  ['refresh', 30],
] as const)('the throttle of %s', (door, count) => {
  it(`lets ${count} an hour through from an address`, async () => {
    const { clock, throttles } = throttlesAt();
    await times(count, () => throttles[door](HERE));
    await expect(throttles[door](HERE)).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 3600 });
    await throttles[door](THERE);
    clock.advance(60 * MINUTE);
    await throttles[door](HERE);
  });

  it('takes all that one subscriber of IPv6 has for one', async () => {
    const { throttles } = throttlesAt();
    await times(count, (index) => throttles[door](`2001:db8:1:2::${index + 1}`));
    await expect(throttles[door]('2001:db8:1:2:3:4:5:6')).rejects.toMatchObject({ code: 'rate_limited' });
    await throttles[door]('2001:db8:1:3::1');
  });

  it('takes all unknown addresses for one', async () => {
    const { throttles } = throttlesAt();
    await times(count, () => throttles[door](undefined));
    await expect(throttles[door](undefined)).rejects.toMatchObject({ code: 'rate_limited' });
    await throttles[door](HERE);
  });
});
