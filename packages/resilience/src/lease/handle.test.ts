import { beforeEach, describe, expect, it } from 'vitest';
import { RedisUnavailableError } from '../redis/errors.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { LeaseLostError } from './errors.ts';
import { type LeaseHandleOptions, RedisLeaseHandle } from './handle.ts';

let clock: FakeClock;
let renewals: number[];
let releases: number;
let lost: string[];
/** Reply of Redis to a renewal; an error stands for no reply. */
let reply: boolean | Error;

beforeEach(() => {
  clock = new FakeClock();
  renewals = [];
  releases = 0;
  lost = [];
  reply = true;
});

function createHandle(options: Partial<LeaseHandleOptions> = {}): RedisLeaseHandle {
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
      if (reply instanceof Error) throw reply;
      return reply;
    },
    releaseInRedis: (script) => script({ keys: ['lock', 'fence'], args: ['owner', '7', 'released', 'rose'] }),
    release: async () => {
      releases += 1;
      return { wasOurs: true, result: undefined };
    },
    onEnded: () => {},
    onRenewed: () => {},
    onReleased: () => {},
    onLost: (reason) => lost.push(reason),
    ...options,
  });
}

/** Lets time pass in small steps, so that replies arrive in between. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) {
    clock.advance(10);
    await new Promise(setImmediate);
  }
}

describe('the renewal of a lease', () => {
  it('runs whenever a third of the time is left, until the release', async () => {
    const lease = createHandle();
    await pass(3000);
    expect(renewals.slice(0, 3)).toEqual([200, 400, 600]);
    expect(renewals.length).toBeLessThanOrEqual(16);
    expect(lease.signal.aborted).toBe(false);
    await lease.release();
    await pass(1000);
    expect(renewals.length).toBeLessThanOrEqual(16);
    expect({ releases, pendingTimers: clock.pendingTimers }).toEqual({ releases: 1, pendingTimers: 0 });
  });

  it('leaves a pause between two commands, however short the lease', async () => {
    createHandle({ ttlMs: 30, renew: true });
    await pass(200);
    expect(renewals.length).toBeLessThanOrEqual(10);
  });

  it('is tried again when Redis does not answer, until the lease expires by our clock', async () => {
    reply = new Error('no answer');
    const lease = createHandle();
    await pass(290);
    expect(renewals.length).toBeGreaterThan(1);
    expect(lease.signal.aborted).toBe(false);
    await pass(10);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(lost).toEqual(['it expired']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('saves the lease when the second try works', async () => {
    reply = new Error('no answer');
    const lease = createHandle();
    await pass(220);
    reply = true;
    await pass(1000);
    expect(lease.signal.aborted).toBe(false);
  });

  it('ends the lease at once when another process holds it', async () => {
    reply = false;
    const lease = createHandle();
    await pass(200);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(lost).toHaveLength(1);
  });
});

describe('the release in the same step as a write', () => {
  it('releases the lease without the write when the script fails', async () => {
    const lease = createHandle();
    const refusal = new Error('ERR max request size exceeded');
    await expect(lease.releaseWith(() => Promise.reject(refusal))).rejects.toBe(refusal);
    expect({ releases, lost, pendingTimers: clock.pendingTimers }).toEqual({ releases: 1, lost: [], pendingTimers: 0 });
  });

  it('is left to the retry while Redis is unavailable', async () => {
    const lease = createHandle();
    const outage = new RedisUnavailableError('no answer', { wasSent: true });
    await expect(lease.releaseWith(() => Promise.reject(outage))).rejects.toBe(outage);
    expect(releases).toBe(0);
  });
});

describe('a lease', () => {
  it('counts from before its request was sent', () => {
    clock.advance(1000);
    const lease = createHandle({ requestedAt: 750, renew: false });
    clock.advance(49);
    expect(lease.signal.aborted).toBe(false);
    clock.advance(1);
    expect(lease.signal.aborted).toBe(true);
  });

  it('is given up after maxHoldMs, and then released in Redis once', async () => {
    const lease = createHandle({ maxHoldMs: 1000 });
    await pass(990);
    expect(lease.signal.aborted).toBe(false);
    await pass(10);
    expect(lost).toEqual(['it was held too long']);
    expect(clock.pendingTimers).toBe(0);
    // Redis still keeps it for us: a release after the work spares waiters the wait for its expiry.
    expect(await lease.release()).toBe(false);
    expect(releases).toBe(1);
    expect(await lease.release()).toBe(false);
    expect(releases).toBe(1);
  });

  it('does not release the lease of the next holder after it was lost', async () => {
    const lease = createHandle({ renew: false });
    clock.advance(300);
    expect(await lease.release()).toBe(false);
    expect(releases).toBe(0);
  });

  it('counts as lost when released too late, even before its timer fires', async () => {
    const lease = createHandle({ renew: false, clock: Object.assign(clock, { setTimeout: () => () => {} }) });
    clock.advance(300);
    expect(await lease.release()).toBe(false);
    expect({ lost, releases }).toEqual({ lost: ['it expired'], releases: 0 });
  });
});
