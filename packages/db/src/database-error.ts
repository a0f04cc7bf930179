import { Client } from 'pg';

const LISTENS_NOT = 'nothing is listening there';
const NAME_UNKNOWN = 'the host name is unknown';
const NO_ANSWER = 'it does not answer in time';
const REFUSED = 'user or password were refused';
const MISSING = 'there is no such database';
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
  ECONNRESET: 'it closed the connection',
  EACCES: 'its socket may not be opened',
  '28000': REFUSED,
  '28P01': REFUSED,
  '3D000': MISSING,
  '53300': FULL,
  '57P03': 'it is just starting or stopping',
  DatabaseNotReachable: LISTENS_NOT,
  SocketTimeout: NO_ANSWER,
  ConnectionClosed: 'it closed the connection',
};

/** The database cannot be used at all. The message names host and database, never user or password. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  readonly code = 'database_unavailable';

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
