import { checkRange, LONGEST_MS } from '../range.ts';
import type { CircuitOptions } from './types.ts';

/** The maximum of a Date, in epoch milliseconds. */
const LAST_MOMENT_MS = 8_640_000_000_000_000;

/** @throws {RangeError} naming the option that cannot be */
export function checkOptions(options: CircuitOptions): void {
  for (const name of ['failMax', 'successThreshold', 'trialPermits'] as const) {
    checkRange(name, options[name], { min: 1, whole: true });
  }
  const { resetTimeoutMs, maxResetTimeoutMs, trialDeadlineMs } = options;
  checkRange('resetTimeoutMs', resetTimeoutMs, { min: 1, max: LONGEST_MS });
  checkRange('maxResetTimeoutMs', maxResetTimeoutMs, { min: resetTimeoutMs, max: LONGEST_MS });
  if (trialDeadlineMs !== undefined) checkRange('trialDeadlineMs', trialDeadlineMs, { min: 1, max: LONGEST_MS });
}

/** Checks the end of an isolation; one without an end has no `until`. @throws {RangeError} if no clock reaches it */
export function checkUntil(until: number | undefined): void {
  if (until !== undefined) checkRange('until', until, { min: 0, max: LAST_MOMENT_MS, whole: true });
}
