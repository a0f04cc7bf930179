import { describeTarget } from './connection/client-config.ts';
import type { DatabaseTarget } from './connection/database-target.ts';
import { CONNECTION_MESSAGE, reasonOf, unwrapped } from './reason.ts';

const UNAVAILABLE = 'database_unavailable';

/** Error kinds of the driver adapter that mean a failed connection. */
const CONNECTION_KINDS: ReadonlySet<unknown> = new Set([
  'AuthenticationFailed',
  'ConnectionClosed',
  'DatabaseAccessDenied',
  'DatabaseDoesNotExist',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
]);
/**
 * Connection exceptions, a server that starts, stops or is full, TLS that fails, and a statement that took too long:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CONNECTION_CODE = /^(08...|57P0[123]|53300|57014|tls_unavailable|EPROTO|ERR_(SSL|TLS)_\w+)$/;

/** The database cannot be used at all. The message names host and database, never user or password. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  readonly code = UNAVAILABLE;

  constructor(target: DatabaseTarget, cause: unknown) {
    super(`The database ${describeTarget(target)} is not available: ${reasonOf(cause)}.`, { cause });
  }
}

/** Whether work failed because the database or the connection to it failed, not because of the query. */
export function isConnectionFailure(error: unknown): boolean {
  for (const found of unwrapped(error)) {
    const code: unknown = Reflect.get(found, 'code');
    if (CONNECTION_KINDS.has(Reflect.get(found, 'kind'))) return true;
    if (typeof code === 'string' && CONNECTION_CODE.test(code)) return true;
    // Errors of the operating system.
    if (typeof Reflect.get(found, 'syscall') === 'string') return true;
    if (found instanceof Error && CONNECTION_MESSAGE.test(found.message)) return true;
  }
  return false;
}

/**
 * Whether an error or its cause is a `DatabaseUnavailableError`. Tests the code: Prisma keeps only code and message.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (const found of unwrapped(error)) if (Reflect.get(found, 'code') === UNAVAILABLE) return true;
  return false;
}
