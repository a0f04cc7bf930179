import { checkRange, LONGEST_MS } from '../in-range.ts';
import type { CircuitOptions } from './circuit.ts';

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
