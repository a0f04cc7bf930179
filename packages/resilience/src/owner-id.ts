import { hostname } from 'node:os';

let made = 0;

/** `prefix-hostname-pid-n`: one name for each holding, and for people a way to find the process. */
export function createOwnerId(prefix: string): string {
  made += 1;
  return `${prefix}-${hostname()}-${process.pid}-${made}`;
}
