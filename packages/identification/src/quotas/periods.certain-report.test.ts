import { describe, expect, it } from 'vitest';
import { certainReport } from './periods.ts';
import type { UsageReport } from './types.ts';

const MIDNIGHT = Date.UTC(2026, 10, 24);
const reported = { limit: 500, used: 480 };
const report: UsageReport = { windows: { day: reported, month: reported, total: reported }, exhausted: false };
const withoutUsage = { limit: 500, used: undefined };

describe('the usage of a report around midnight', () => {
  it.each([
    ['is kept long before', MIDNIGHT - 61_000, MIDNIGHT - 60_500, reported],
    ['is dropped just before', MIDNIGHT - 59_000, MIDNIGHT - 58_000, withoutUsage],
    ['is dropped across', MIDNIGHT - 1_000, MIDNIGHT + 1_000, withoutUsage],
    ['is dropped just after', MIDNIGHT + 59_000, MIDNIGHT + 59_500, withoutUsage],
    ['is kept long after', MIDNIGHT + 60_000, MIDNIGHT + 61_000, reported],
  ])('%s', (_, requestedAt, receivedAt, day) => {
    expect(certainReport(report, requestedAt, receivedAt)).toEqual({
      windows: { day, month: reported, total: reported },
      exhausted: false,
    });
  });

  it('is absent when the report has none', () => {
    const partial: UsageReport = { windows: { total: reported }, exhausted: true };
    expect(certainReport(partial, MIDNIGHT, MIDNIGHT)).toEqual(partial);
  });
});
