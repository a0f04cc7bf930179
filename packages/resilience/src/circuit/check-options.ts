import type { CircuitOptions } from './circuit.ts';

/** @throws {RangeError} naming the option that cannot be */
export function checkOptions(options: CircuitOptions): void {
  const { resetTimeoutMs, maxResetTimeoutMs, trialDeadlineMs = 1 } = options;
  for (const name of ['failMax', 'successThreshold', 'trialPermits'] as const) {
    if (!Number.isSafeInteger(options[name]) || options[name] < 1) {
      throw new RangeError(`${name} must be a whole number of 1 or more, got ${options[name]}`);
    }
  }
  if (!(resetTimeoutMs > 0)) throw new RangeError(`resetTimeoutMs must be above 0, got ${resetTimeoutMs}`);
  if (!(trialDeadlineMs > 0)) throw new RangeError(`trialDeadlineMs must be above 0, got ${trialDeadlineMs}`);
  if (!(maxResetTimeoutMs >= resetTimeoutMs)) {
    throw new RangeError(`maxResetTimeoutMs must not be under resetTimeoutMs, got ${maxResetTimeoutMs}`);
  }
}
