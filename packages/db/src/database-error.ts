import { describeTarget } from './connection/client-config.ts';
import type { DatabaseTarget } from './connection/database-target.ts';

const UNAVAILABLE = 'database_unavailable';

/** Lists the driver adapter's kinds of errors that mean a failed connection. */
const CONNECTION_ERRORS: ReadonlySet<unknown> = new Set([
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
 * Matches the codes of connection exceptions, of a server that starts, stops or is full, of failed TLS, and of a
 * statement that took too long:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CONNECTION_CODE = /^(08...|57P0[123]|53300|57014|tls_unavailable|EPROTO|ERR_(SSL|TLS)_\w+)$/;

/** Reports that the database is unavailable. The message names host and database, never user or password. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
  readonly code = UNAVAILABLE;

  constructor(target: DatabaseTarget, cause: unknown) {
    super(`The database ${describeTarget(target)} is not available: ${reasonOf(cause)}.`, { cause });
  }
}

/** Whether an error means that the database or the connection to it failed, and not the query. */
export function isConnectionFailure(error: unknown): boolean {
  for (const found of errorChain(error)) {
    const code: unknown = Reflect.get(found, 'code');
    if (CONNECTION_ERRORS.has(Reflect.get(found, 'kind'))) return true;
    if (typeof code === 'string' && CONNECTION_CODE.test(code)) return true;
    // Only errors of the operating system have this field.
    if (typeof Reflect.get(found, 'syscall') === 'string') return true;
    if (found instanceof Error && CONNECTION_MESSAGE.test(found.message)) return true;
  }
  return false;
}

/**
 * Whether an error or its cause is a `DatabaseUnavailableError`. Compares the code, because Prisma keeps only code and
 * message.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (const found of errorChain(error)) if (Reflect.get(found, 'code') === UNAVAILABLE) return true;
  return false;
}

const NOT_LISTENING = 'nothing is listening there';
const NAME_UNKNOWN = 'the host name is unknown';
const NO_ROUTE = 'there is no route to it';
const NO_ANSWER = 'it does not answer in time';
const REFUSED = 'user or password were refused';
const MISSING = 'there is no such database';
const CLOSED = 'it closed the connection';
const FULL = 'it has no connection left';
const UNKNOWN_AUTHORITY =
  'its certificate is from no authority that is known here; name the file of the authority in sslrootcert, ' +
  'or encrypt without checking the certificate by sslmode=require without sslrootcert';
const OTHER_NAME =
  'its certificate is for another name; use a host name that is in it, or sslmode=verify-ca with sslrootcert';
const OUTDATED = 'its certificate is not valid at this time; renew it, and look at the clocks';
const WANTS_CERTIFICATE = 'it demands a client certificate; give sslcert and sslkey';
const NO_VERSION = 'it speaks no TLS version that is allowed';
const NO_PASSWORD = 'it asks for a password, and the URL has none';
const BAD_OPTIONS = 'it refuses what `options` in the URL sets';

/** Maps codes of the system, of TLS and of PostgreSQL, and kinds of the driver adapter, to reasons. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: NOT_LISTENING,
  ENOENT: NOT_LISTENING,
  ENOTFOUND: NAME_UNKNOWN,
  EAI_AGAIN: NAME_UNKNOWN,
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ETIMEDOUT: NO_ANSWER,
  TimeoutError: NO_ANSWER,
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  EACCES: 'its socket may not be opened',
  '28P01': REFUSED,
  '3D000': MISSING,
  '53300': FULL,
  '57014': NO_ANSWER,
  '57P01': 'it is just starting or stopping',
  '57P03': 'it is just starting or stopping',
  DatabaseNotReachable: NOT_LISTENING,
  SocketTimeout: NO_ANSWER,
  ConnectionClosed: CLOSED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  CERT_UNTRUSTED: UNKNOWN_AUTHORITY,
  CERT_SIGNATURE_FAILURE: UNKNOWN_AUTHORITY,
  INVALID_PURPOSE: 'its certificate is not meant for servers',
  ERR_TLS_CERT_ALTNAME_INVALID: OTHER_NAME,
  HOSTNAME_MISMATCH: OTHER_NAME,
  CERT_HAS_EXPIRED: OUTDATED,
  CERT_NOT_YET_VALID: OUTDATED,
  CERT_REVOKED: 'its certificate was revoked',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: WANTS_CERTIFICATE,
  ERR_SSL_UNSUPPORTED_PROTOCOL: NO_VERSION,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: NO_VERSION,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not know the authority of sslcert',
  EPROTO: 'TLS with it fails',
  TlsConnectionError: 'TLS with it fails',
};

/** Matches messages of the driver, without a code, for a connection that ended or could not be made in time. */
const CONNECTION_MESSAGE =
  /^(Connection terminated|Client was closed|Client has encountered a connection error|timeout expired|timeout exceeded when trying to connect)/;

/** Maps messages to reasons where a code says too little. The function receives the first group of the expression. */
const MESSAGES: readonly (readonly [RegExp, (found: string) => string])[] = [
  [
    /^The server does not support (SSL|direct SSL)/,
    (kind) => `it offers no ${kind === 'SSL' ? '' : 'direct '}TLS, which the URL demands`,
  ],
  [/^channel_binding=require/, () => 'it does not offer the channel_binding that the URL requires'],
  [/^target_session_attrs:/, () => 'none of its hosts takes writes, as target_session_attrs demands'],
  [/requires a valid client certificate/, () => WANTS_CERTIFICATE],
  [
    /no pg_hba\.conf entry for .*(no encryption|SSL off)/s,
    () => 'its pg_hba.conf has no entry for this host, user and database without TLS; sslmode=require may help',
  ],
  [/no pg_hba\.conf entry/, () => 'its pg_hba.conf has no entry for this host, user and database'],
  [/pg_hba\.conf rejects/, () => 'its pg_hba.conf rejects this host, user and database'],
  [/^SSL required/i, () => 'it takes encrypted connections only; use sslmode=require'],
  [
    /^unsupported startup parameter(?: in options)?: (\w+)/,
    (name) =>
      `its pooler refuses the startup parameter ${name}; leave options out of the URL (schema works through a pooler), ` +
      'or give DIRECT_DATABASE_URL and have the role set them',
  ],
  // PgBouncer has one code, 08P01, for all of these.
  [/^transaction blocks not allowed/, () => 'its pooler allows no transactions; use pool_mode=transaction'],
  [/^no such database|^database ".*" does not exist/, () => MISSING],
  [/^no more connections allowed/, () => FULL],
  [/authentication failed|^no such user|^Tenant or user not found/, () => REFUSED],
  [
    /^(server login|pgbouncer cannot connect|server conn crashed)/,
    () => 'its pooler cannot reach the server behind it',
  ],
  [/client password must be/, () => NO_PASSWORD],
  [/timeout/i, () => NO_ANSWER],
  [CONNECTION_MESSAGE, () => CLOSED],
];

/** Matches codes of a server that ends a session because of its options. */
const OPTION_CODE = /^(42704|42601|22023|42501)$/;

/** Returns why a database is unavailable. Searches the error and the errors that it wraps. */
export function reasonOf(error: unknown): string {
  for (const found of errorChain(error)) {
    const message: unknown = Reflect.get(found, 'message');
    const match = MESSAGES.find(([pattern]) => typeof message === 'string' && pattern.test(message));
    const code: unknown = Reflect.get(found, 'code');
    const isSpecific = match !== undefined && match[0] !== CONNECTION_MESSAGE;
    if (isSpecific && typeof message === 'string') return match[1](match[0].exec(message)?.[1] ?? '');
    for (const key of ['code', 'originalCode', 'kind', 'name'] as const) {
      const value: unknown = Reflect.get(found, key);
      const reason = typeof value === 'string' && Object.hasOwn(REASONS, value) ? REASONS[value] : undefined;
      if (reason !== undefined) return reason;
    }
    if (code === '28000') return REFUSED;
    if (typeof code === 'string' && code.startsWith('ERR_SSL_')) return `TLS with it fails (${code})`;
    if (Reflect.get(found, 'severity') === 'FATAL' && typeof code === 'string' && OPTION_CODE.test(code)) {
      return BAD_OPTIONS;
    }
    if (match !== undefined) return CLOSED;
  }
  return 'it answers with an error';
}

/** Yields an error and the errors that it wraps. */
function* errorChain(error: unknown, depth = 0): Generator<object> {
  if (typeof error !== 'object' || error === null || depth > 4) return;
  yield error;
  for (const key of ['meta', 'driverAdapterError', 'cause'] as const) {
    yield* errorChain(Reflect.get(error, key), depth + 1);
  }
  // A failed connection to a name with several addresses has one error for each address.
  if (error instanceof AggregateError) for (const one of error.errors) yield* errorChain(one, depth + 1);
}
