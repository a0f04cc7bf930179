import { describe, expect, it } from 'vitest';
import { certainReport } from './periods.ts';
import type { UsageReport } from './types.ts';

const MIDNIGHT = Date.UTC(2026, 10, 24);
const reported = { limit: 500, used: 480 };
const report: UsageReport = { windows: { day: reported, month: reported, total: reported }, exhausted: false };
const withoutUsage = { limit: 500, used: undefined };

describe('the usage of a report around midnight', () => {
  it.each([
    { name: 'is kept long before', requestedAt: MIDNIGHT - 61_000, receivedAt: MIDNIGHT - 60_500, day: reported },
    {
      name: 'is dropped just before',
      requestedAt: MIDNIGHT - 59_000,
      receivedAt: MIDNIGHT - 58_000,
      day: withoutUsage,
    },
    { name: 'is dropped across', requestedAt: MIDNIGHT - 1_000, receivedAt: MIDNIGHT + 1_000, day: withoutUsage },
    { name: 'is dropped just after', requestedAt: MIDNIGHT + 59_000, receivedAt: MIDNIGHT + 59_500, day: withoutUsage },
    { name: 'is kept long after', requestedAt: MIDNIGHT + 60_000, receivedAt: MIDNIGHT + 61_000, day: reported },
  ])('$name', ({ requestedAt, receivedAt, day }) => {
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
