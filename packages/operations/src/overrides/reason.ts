import { OperationsError } from '../operations-error.ts';

const SHORTEST = 10;
const LONGEST = 500;

/** A reason without the white space around it. @throws {OperationsError} `invalid_reason` */
export function checkReason(reason: string): string {
  const said = reason.trim();
  const { length } = said;
  if (length >= SHORTEST && length <= LONGEST) return said;
  throw new OperationsError(
    'invalid_reason',
    `A reason has ${SHORTEST} to ${LONGEST} characters; this one has ${length}.`,
  );
}
