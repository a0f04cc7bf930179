import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * Twelve random digits for each loaded copy of this module. Host name, process id and count alone are not unique:
 * threads share a process id, and containers on the network of their host share its name and may all have process id 1.
 */
const NONCE = randomInt(1e11, 1e12);

let count = 0;

/**
 * Returns a unique id for a lease or trial, `prefix-hostname-pid-n`, which leads an operator to its process. `n` is a
 * number: the digits of the nonce, then the count.
 */
export function createOwnerId(prefix: string): string {
  count += 1;
  return `${prefix}-${hostname()}-${process.pid}-${NONCE}${count}`;
}
