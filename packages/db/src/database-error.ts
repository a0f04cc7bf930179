import { Client } from 'pg';

const UNAVAILABLE = 'database_unavailable';
const LISTENS_NOT = 'nothing is listening there';
const NAME_UNKNOWN = 'the host name is unknown';
const NO_ANSWER = 'it does not answer in time';
const REFUSED = 'user or password were refused';
const MISSING = 'there is no such database';
const CLOSED = 'it closed the connection';
const FULL = 'it has no connection left';

/** By code of the system or of PostgreSQL, or by kind of the driver adapter. */
const REASONS: Readonly<Record<string, string>> = {
  ERR_INVALID_URL: 'DATABASE_URL has no such form as postgresql://user:password@host:5432/database',
  ECONNREFUSED: LISTENS_NOT,
  ENOENT: LISTENS_NOT,
  ENOTFOUND: NAME_UNKNOWN,
  EAI_AGAIN: NAME_UNKNOWN,
  ETIMEDOUT: NO_ANSWER,
  TimeoutError: NO_ANSWER,
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  EACCES: 'its socket may not be opened',
  '28000': REFUSED,
  '28P01': REFUSED,
  '3D000': MISSING,
  '53300': FULL,
  '57P01': 'it is just starting or stopping',
  '57P03': 'it is just starting or stopping',
  DatabaseNotReachable: LISTENS_NOT,
  SocketTimeout: NO_ANSWER,
  ConnectionClosed: CLOSED,
};

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
/** Connection exceptions, and a server that starts, stops or is full: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CONNECTION_CODE = /^(08...|57P0[123]|53300)$/;
/** Messages of the driver, without a code, for a connection that ended or could not be made in time. */
const CONNECTION_MESSAGE =
  /^(Connection terminated|Client was closed|Client has encountered a connection error|timeout exceeded when trying to connect)/;

/** The database cannot be used at all. The message names host and database, never user or password. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  readonly code = UNAVAILABLE;

  constructor(url: string, cause: unknown) {
    super(
      `The database ${describeDatabase(url)} is not available: ${reasonOf(cause)}.`,
      // An address that cannot be read is part of the error that says so, with its password.
      isReadable(url) ? { cause } : undefined,
    );
  }
}

/** `"plants" on localhost:5432`: what may be shown of a connection URL. */
export function describeDatabase(url: string): string {
  if (!isReadable(url)) return 'of an address that cannot be read';
  const { database, host, port } = new Client({ connectionString: url });
  return `"${database ?? ''}" on ${host.startsWith('/') ? host : `${host}:${port}`}`;
}

function isReadable(url: string): boolean {
  try {
    return Boolean(new Client({ connectionString: url }));
  } catch {
    return false;
  }
}

/** Looks through the wrappers that driver, adapter and client put around what happened. */
export function reasonOf(error: unknown): string {
  for (const found of unwrapped(error)) {
    for (const key of ['code', 'originalCode', 'kind', 'name'] as const) {
      const value: unknown = Reflect.get(found, key);
      const reason = typeof value === 'string' ? REASONS[value] : undefined;
      if (reason !== undefined) return reason;
    }
    if (found instanceof Error && /timeout/i.test(found.message)) return NO_ANSWER;
    if (found instanceof Error && CONNECTION_MESSAGE.test(found.message)) return CLOSED;
  }
  return 'it answers with an error';
}

function* unwrapped(error: unknown, depth = 0): Generator<object> {
  if (typeof error !== 'object' || error === null || depth > 4) return;
  yield error;
  for (const key of ['meta', 'driverAdapterError', 'cause'] as const) {
    yield* unwrapped(Reflect.get(error, key), depth + 1);
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
