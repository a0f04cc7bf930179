import { hostname } from 'node:os';

let count = 0;

/** Returns a unique id for a lease or trial, `prefix-hostname-pid-n`, which leads an operator to its process. */
export function createOwnerId(prefix: string): string {
  count += 1;
  return `${prefix}-${hostname()}-${process.pid}-${count}`;
}
