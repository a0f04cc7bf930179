import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { LeaseLostError } from './errors.ts';
import { type LeaseHandleOptions, RedisLeaseHandle } from './handle.ts';

let clock: FakeClock;
let renewals: number[];
let releases: number;
let lost: string[];
/** What Redis says to a renewal; an error: nothing. */
let answer: boolean | Error;

beforeEach(() => {
  clock = new FakeClock();
  renewals = [];
  releases = 0;
  lost = [];
  answer = true;
});

function hold(options: Partial<LeaseHandleOptions> = {}): RedisLeaseHandle {
  return new RedisLeaseHandle({
    name: 'rose',
    fence: 7,
    ttlMs: 300,
    renew: true,
    maxHoldMs: Number.POSITIVE_INFINITY,
    clock,
    requestedAt: clock.monotonic(),
    renewInRedis: async () => {
      renewals.push(clock.monotonic());
      if (answer instanceof Error) throw answer;
      return answer;
    },
    releaseInRedis: (by) => by({ keys: ['lock', 'fence'], args: ['owner', '7', 'released', 'rose'] }),
    release: async () => {
      releases += 1;
      return { wasOurs: true, result: undefined };
    },
    onRenewed: () => {},
    onReleased: () => {},
    onLost: (reason) => lost.push(reason),
    ...options,
  });
}

/** Lets time pass in small steps, so that answers come in between. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) {
    clock.advance(10);
    await new Promise(setImmediate);
  }
}

describe('renewal', () => {
  it('comes when a third is left, again and again, until the release', async () => {
    const lease = hold();
    await pass(3000);
    expect(renewals.slice(0, 3)).toEqual([200, 400, 600]);
    expect(renewals.length).toBeLessThanOrEqual(16);
    expect(lease.signal.aborted).toBe(false);
    await lease.release();
    await pass(1000);
    expect(renewals.length).toBeLessThanOrEqual(16);
    expect([releases, clock.pendingTimers]).toEqual([1, 0]);
  });

  it('never comes without a pause, however short the lease', async () => {
    hold({ ttlMs: 30, renew: true });
    await pass(200);
    expect(renewals.length).toBeLessThanOrEqual(10);
  });

  it('that Redis does not answer is tried again until the lease is over, by our clock', async () => {
    answer = new Error('no answer');
    const lease = hold();
    await pass(290);
    expect(renewals.length).toBeGreaterThan(1);
    expect(lease.signal.aborted).toBe(false);
    await pass(10);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(lost).toEqual(['it expired']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that fails once and then works saves the lease', async () => {
    answer = new Error('no answer');
    const lease = hold();
    await pass(220);
    answer = true;
    await pass(1000);
    expect(lease.signal.aborted).toBe(false);
  });

  it('that finds another holder ends it at once', async () => {
    answer = false;
    const lease = hold();
    await pass(200);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(lost).toHaveLength(1);
  });
});

it('counts the lease from before the request left', () => {
  clock.advance(1000);
  const lease = hold({ requestedAt: 750, renew: false });
  clock.advance(49);
  expect(lease.signal.aborted).toBe(false);
  clock.advance(1);
  expect(lease.signal.aborted).toBe(true);
});

it('is given up when it was held too long', async () => {
  const lease = hold({ maxHoldMs: 1000 });
  await pass(990);
  expect(lease.signal.aborted).toBe(false);
  await pass(10);
  expect(lost).toEqual(['it was held too long']);
  expect(clock.pendingTimers).toBe(0);
  // In Redis it is ours still: when the work has ended others need not wait for its end.
  expect(await lease.release()).toBe(false);
  expect(releases).toBe(1);
  expect(await lease.release()).toBe(false);
  expect(releases).toBe(1);
});

it('released after it was lost leaves the next holder alone', async () => {
  const lease = hold({ renew: false });
  clock.advance(300);
  expect(await lease.release()).toBe(false);
  expect(releases).toBe(0);
});

it('released too late is lost, though no timer has said so yet', async () => {
  const lease = hold({ renew: false, clock: Object.assign(clock, { setTimeout: () => () => {} }) });
  clock.advance(300);
  expect(await lease.release()).toBe(false);
  expect([lost, releases]).toEqual([['it expired'], 0]);
});
