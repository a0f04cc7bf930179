import { describe, expect, it } from 'vitest';
import { retryAfterOf } from './api-error.ts';
import { type CallState, type Failure, RETRY_RULES, retryDelay } from './retry.ts';

const answered = (status: number, changes: { code?: string; retryAfterMs?: number } = {}): Failure => ({
  type: 'answered',
  status,
  code: changes.code,
  retryAfterMs: changes.retryAfterMs,
});
const first: CallState = { isRepeatable: true, attempts: 1, waitedMs: 0 };
const running = answered(409, { code: 'idempotency_running', retryAfterMs: 2_000 });
const runningNow = answered(409, { code: 'idempotency_running', retryAfterMs: 0 });

describe('retryDelay', () => {
  it.each<{ title: string; failure: Failure; state?: Partial<CallState>; delay: number | undefined }>([
    { title: 'a lost connection', failure: { type: 'connection_lost' }, delay: 500 },
    { title: 'a second lost connection', failure: { type: 'connection_lost' }, state: { attempts: 2 }, delay: 1_000 },
    { title: 'the last attempt', failure: { type: 'connection_lost' }, state: { attempts: 3 }, delay: undefined },
    {
      title: 'a lost connection of a call that could do its work twice',
      failure: { type: 'connection_lost' },
      state: { isRepeatable: false },
      delay: undefined,
    },
    { title: '503 with Retry-After', failure: answered(503, { retryAfterMs: 7_000 }), delay: 7_000 },
    { title: '503 of a proxy', failure: answered(503), delay: 500 },
    {
      title: '503 of a call that could do its work twice',
      failure: answered(503, { retryAfterMs: 7_000 }),
      state: { isRepeatable: false },
      delay: undefined,
    },
    {
      title: '429 of a call that could do its work twice',
      failure: answered(429, { retryAfterMs: 7_000 }),
      state: { isRepeatable: false },
      delay: 7_000,
    },
    { title: 'a Retry-After beyond the limit', failure: answered(429, { retryAfterMs: 60_001 }), delay: undefined },
    {
      title: 'waits that together exceed the limit',
      failure: answered(503, { retryAfterMs: 40_000 }),
      state: { waitedMs: 20_001 },
      delay: undefined,
    },
    { title: 'an upload that stalled', failure: answered(408), delay: 500 },
    { title: 'an internal error', failure: answered(500), delay: undefined },
    { title: 'an invalid request', failure: answered(400), delay: undefined },
    { title: 'a conflict', failure: answered(409, { code: 'email_taken' }), delay: undefined },
    { title: 'an attempt that still runs', failure: running, state: { attempts: 3 }, delay: 2_000 },
    { title: 'an attempt that still runs, with no time to wait', failure: runningNow, delay: 1_000 },
    { title: '503 with no time to wait', failure: answered(503, { retryAfterMs: 0 }), delay: 500 },
    {
      title: 'an attempt that runs too long',
      failure: running,
      state: { waitedMs: 58_001 },
      delay: undefined,
    },
  ])('$title: $delay', ({ failure, state, delay }) => {
    expect(retryDelay(failure, { ...first, ...state }, RETRY_RULES, 1)).toBe(delay);
  });

  it.each([
    ['an endless one', Number.POSITIVE_INFINITY],
    ['one after which a timer would return at once', 2 ** 31],
  ])('refuses a wait without limits: %s', (_title, retryAfterMs) => {
    const rules = { attempts: 3, maxWaitMs: Number.POSITIVE_INFINITY };
    expect(retryDelay(answered(429, { retryAfterMs }), first, rules, 1)).toBeUndefined();
  });

  it.each([1, 0, Number.NaN])('repeats nothing with %d attempts', (attempts) => {
    const rules = { ...RETRY_RULES, attempts };
    const delays = [running, answered(429), answered(503)].map((failure) => retryDelay(failure, first, rules, 1));
    expect(delays).toEqual([undefined, undefined, undefined]);
  });

  it('spreads the waits of many clients', () => {
    const failure: Failure = { type: 'connection_lost' };
    const delays = [0, 0.5, 1].map((random) => retryDelay(failure, first, RETRY_RULES, random));
    expect(delays).toEqual([250, 375, 500]);
  });
});

describe('retryAfterOf', () => {
  const now = Date.UTC(2026, 2, 1, 12);

  it.each([
    ['120', 120_000],
    [' 1 ', 1_000],
    ['Sun, 01 Mar 2026 12:00:05 GMT', 5_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
  ])('reads %j', (value, ms) => {
    expect(retryAfterOf(new Headers({ 'Retry-After': value }), now)).toBe(ms);
  });

  it('counts from the date of the answer where the clock of the device is wrong', () => {
    const headers = { Date: 'Sun, 01 Mar 2026 15:00:00 GMT', 'Retry-After': 'Sun, 01 Mar 2026 15:00:05 GMT' };
    expect(retryAfterOf(new Headers(headers), now)).toBe(5_000);
  });
});
