import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { SlowestStatement } from './slowest-statement.ts';

describe('the slowest statement', () => {
  it('is that of the last 60 minutes, without its values', () => {
    const clock = new FakeClock(Date.parse('2026-11-27T10:00:30Z'));
    const slowest = new SlowestStatement(clock);
    expect(slowest.read()).toBeUndefined();
    slowest.record({ sql: `SELECT * FROM "Photo" WHERE hash = 'abc'`, durationMs: 900 });
    slowest.record({ sql: 'SELECT 1', durationMs: 20 });
    clock.advance(59 * 60_000);
    slowest.record({ sql: 'UPDATE "User" SET tier = $1', durationMs: 30 });
    expect(slowest.read()).toEqual({ durationMs: 900, statement: 'SELECT * FROM Photo WHERE hash = ?' });
    clock.advance(60_000);
    expect(slowest.read()).toEqual({ durationMs: 30, statement: 'UPDATE User SET tier = $1' });
    clock.advance(60 * 60_000);
    expect(slowest.read()).toBeUndefined();
  });
});
