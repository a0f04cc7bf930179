import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { OwnMinutes } from './own-minutes.ts';

const MINUTE = 60_000;

function setUp() {
  const clock = new FakeClock(Date.UTC(2026, 2, 1, 12));
  const minutes = new OwnMinutes(clock);
  const now = () => minutes.get(Math.floor(clock.now() / MINUTE));
  return { clock, minutes, now };
}

const acquired = (lease: string, waitedMs = 0) =>
  ({ type: 'acquired', lease, owner: 'me', fence: 1, waitedMs }) as const;
const released = (lease: string) => ({ type: 'released', lease, owner: 'me', heldMs: 1 }) as const;

describe('the minutes of a process', () => {
  it('have the most leases held at once in each minute', () => {
    const { clock, minutes, now } = setUp();
    for (const lease of ['a', 'b', 'c']) minutes.recordLease('plant_id', acquired(lease));
    for (const lease of ['a', 'b']) minutes.recordLease('plant_id', released(lease));
    minutes.recordLease('plantnet', acquired('d'));
    expect(now()?.providers.get('plant_id')?.leases).toBe(3);
    expect(now()?.providers.get('plantnet')?.leases).toBe(1);
    clock.advance(MINUTE);
    minutes.recordLease('plant_id', acquired('e'));
    minutes.recordLease('plant_id', { type: 'lost', lease: 'e', owner: 'me', reason: 'over' });
    minutes.recordLease('plant_id', acquired('e'));
    expect(now()?.providers.get('plant_id')?.leases).toBe(2);
  });

  it('count waits that ended with a lease, without need of one, and in vain, but no single tries', () => {
    const { minutes, now } = setUp();
    minutes.recordLease('plant_id', acquired('a', 5));
    minutes.recordLease('plant_id', { type: 'done', lease: 'b', waitedMs: 7 });
    minutes.recordLease('plant_id', { type: 'timed_out', lease: 'c', waitedMs: 40_000, waitMs: 40_000 });
    minutes.recordLease('plant_id', { type: 'timed_out', lease: 'd', waitedMs: 0, waitMs: 0 });
    expect({ waits: now()?.leaseWaits.total, timeouts: now()?.leaseTimeouts }).toEqual({ waits: 3, timeouts: 1 });
  });

  it('have the highest number of failures in a row, and when the last one was seen', () => {
    const { clock, minutes, now } = setUp();
    minutes.recordFailure('plant_id', 3);
    clock.advance(10);
    minutes.recordFailure('plant_id', 1);
    expect(now()?.providers.get('plant_id')).toMatchObject({ failures: 3, lastFailureAt: clock.now() });
  });

  it('are forgotten after an hour, also if they could not be shared', () => {
    const { clock, minutes } = setUp();
    for (let n = 0; n < 90; n += 1) {
      minutes.recordResponse(200);
      clock.advance(MINUTE);
    }
    expect(minutes.takeChanged()).toHaveLength(59);
    expect(minutes.hasChanged).toBe(false);
    minutes.markChanged();
    expect(minutes.takeChanged()).toHaveLength(59);
  });
});
