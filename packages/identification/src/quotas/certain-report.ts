import type { UsageReport } from '../providers/usage-report.ts';
import { periodsOf } from './periods.ts';

/** How far the provider's clock and ours may be apart. */
const CLOCKS_APART_MS = 60_000;

/**
 * What a word says of periods that both clocks surely agree on: about a boundary, what is used may be that of another
 * day than ours. Limits hold in any.
 */
export function certainReport(word: UsageReport, askedAt: number, heardAt: number): UsageReport {
  const then = periodsOf(askedAt - CLOCKS_APART_MS);
  const later = periodsOf(heardAt + CLOCKS_APART_MS);
  const changing = new Set(then.filter(({ id }, index) => id !== later[index]?.id).map(({ window }) => window));
  const windows: UsageReport['windows'] = Object.fromEntries(
    periodsOf(askedAt).flatMap(({ window }) => {
      const said = word.windows[window];
      if (said === undefined) return [];
      return [[window, changing.has(window) ? { ...said, used: undefined } : said]];
    }),
  );
  return { ...word, windows };
}
