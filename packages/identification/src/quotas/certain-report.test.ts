import { describe, expect, it } from 'vitest';
import type { UsageReport } from '../providers/usage-report.ts';
import { certainReport } from './certain-report.ts';

const MIDNIGHT = Date.UTC(2026, 10, 24);
const said = { limit: 500, used: 480 };
const word: UsageReport = { windows: { day: said, month: said, total: said }, exhausted: false };
const unsure = { limit: 500, used: undefined };

describe('what a provider says about the turn of a day', () => {
  it.each([
    ['long before it', MIDNIGHT - 61_000, MIDNIGHT - 60_500, said],
    ['just before it', MIDNIGHT - 59_000, MIDNIGHT - 58_000, unsure],
    ['across it', MIDNIGHT - 1_000, MIDNIGHT + 1_000, unsure],
    ['just after it', MIDNIGHT + 59_000, MIDNIGHT + 59_500, unsure],
    ['long after it', MIDNIGHT + 60_000, MIDNIGHT + 61_000, said],
  ])('%s', (_, askedAt, heardAt, day) => {
    expect(certainReport(word, askedAt, heardAt)).toEqual({
      windows: { day, month: said, total: said },
      exhausted: false,
    });
  });

  it('does not make up what it does not say', () => {
    const little: UsageReport = { windows: { total: said }, exhausted: true };
    expect(certainReport(little, MIDNIGHT, MIDNIGHT)).toEqual(little);
  });
});
