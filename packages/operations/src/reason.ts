import { OperationsError } from './operations-error.ts';

/** Length of the reason of a change in characters. */
export const REASON_LENGTH = { min: 10, max: 500 } as const;

/** Returns a reason without surrounding white space. @throws {OperationsError} `invalid_reason` */
export function requireReason(reason: string): string {
  const trimmed = reason.trim();
  const { length } = trimmed;
  if (length >= REASON_LENGTH.min && length <= REASON_LENGTH.max) return trimmed;
  throw new OperationsError('invalid_reason', { length });
}
