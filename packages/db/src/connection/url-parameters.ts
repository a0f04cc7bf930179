import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { type DatabaseTarget, SESSION_ATTRIBUTES, SSL_MODES, type SslMode, TLS_VERSIONS } from './database-target.ts';

/** Collects the parameters of a URL. Those that must be read together stay apart from `target`. */
export interface Draft {
  target: DatabaseTarget;
  hosts?: string[];
  addresses?: string[];
  ports?: string[];
  schema?: string;
  isShuffled: boolean;
  sslMode?: SslMode | 'no-verify';
  /** The value of Prisma's `sslaccept`. */
  accepts?: 'strict' | 'accept_invalid_certs';
}

/** Reads a value into the draft, or returns its fault. */
type Reader = (value: string, draft: Draft) => string | undefined;

const oneOf =
  <T extends string>(values: readonly T[], take: (value: T, draft: Draft) => void): Reader =>
  (value, draft) => {
    const found = values.find((known) => known === value);
    if (found === undefined) return `must be ${values.join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
    take(found, draft);
    return undefined;
  };
const whole =
  (min: number, max: number, take: (value: number, draft: Draft) => void): Reader =>
  (value, draft) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) return `must be a whole number from ${min} to ${max}`;
    take(number, draft);
    return undefined;
  };
const text =
  (take: (value: string, draft: Draft) => void): Reader =>
  (value, draft) => {
    if (value.includes('\0')) return 'must not hold a NUL';
    take(value, draft);
    return undefined;
  };
/** Reads the absolute path of a file. A relative one would name another file, as the app runs in its own folder. */
const file =
  (take: (value: string, draft: Draft) => void): Reader =>
  (value, draft) => {
    if (!isAbsolute(value)) return 'must be the absolute path of a file';
    take(value, draft);
    return undefined;
  };
/** Accepts only the values that change nothing. */
const only = (...values: readonly string[]): Reader => oneOf(values, () => undefined);
const list = (take: (values: string[], draft: Draft) => void): Reader =>
  text((value, draft) => take(value.split(','), draft));

/** The maximum length of a name. PostgreSQL cuts off the rest without an error. */
const NAME_BYTES = 63;

/** Returns the reason why a schema of this name cannot hold our tables. */
export function schemaProblem(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (name.includes('\0')) return 'must not hold a NUL';
  if (Buffer.byteLength(name) > NAME_BYTES) return `must have at most ${NAME_BYTES} bytes`;
  if (name.startsWith('pg_') || name === 'information_schema') return 'must not be a schema of PostgreSQL itself';
  return undefined;
}

/** Maps each supported parameter to its reader: libpq's parameters, then those of Prisma and of other drivers. */
const PARAMETERS: Readonly<Record<string, Reader>> = {
  host: list((values, draft) => void (draft.hosts = values)),
  hostaddr: (value, draft) => {
    const values = value.split(',');
    if (values.some((address) => address !== '' && isIP(address) === 0)) return 'must be an IP address';
    draft.addresses = values;
    return undefined;
  },
  port: list((values, draft) => void (draft.ports = values)),
  dbname: text((value, { target }) => void (target.database = value)),
  user: text((value, { target }) => void (target.user = value)),
  password: text((value, { target }) => void (target.password = value)),
  application_name: text((value, { target }) => void (target.applicationName = value)),
  fallback_application_name: text(() => undefined),
  client_encoding: (value) => (/^(utf-?8|auto)$/i.test(value) ? undefined : 'must be UTF8'),
  connect_timeout: whole(0, 86_400, (value, { target }) => {
    if (value > 0) target.connectTimeoutMs = value * 1_000;
  }),
  options: text((value, { target }) => void (target.options = value)),
  keepalives: oneOf(['0', '1'], (value, { target }) => void (target.keepsAlive = value === '1')),
  keepalives_idle: whole(0, 86_400, (value, { target }) => void (target.keepAliveDelayMs = value * 1_000)),
  gssencmode: only('disable', 'prefer'),
  target_session_attrs: oneOf(SESSION_ATTRIBUTES, (value, { target }) => void (target.sessionAttributes = value)),
  load_balance_hosts: oneOf(['disable', 'random'], (value, draft) => void (draft.isShuffled = value === 'random')),
  channel_binding: oneOf(['disable', 'prefer', 'require'], (value, { target }) => {
    target.tls.needsChannelBinding = value === 'require';
  }),

  sslmode: oneOf([...SSL_MODES, 'no-verify'], (value, draft) => void (draft.sslMode = value)),
  ssl: oneOf(['true', 'false', '1', '0'], (value, draft) => {
    draft.sslMode = value === 'true' || value === '1' ? 'require' : 'disable';
  }),
  sslrootcert: (value, draft) => {
    if (value === 'system') draft.target.tls.rootCert = value;
    else return file((path, { target }) => void (target.tls.rootCert = path))(value, draft);
    return undefined;
  },
  sslcert: file((value, { target }) => void (target.tls.cert = value)),
  sslkey: file((value, { target }) => void (target.tls.key = value)),
  sslpassword: text((value, { target }) => void (target.tls.keyPassword = value)),
  sslcrl: file((value, { target }) => void (target.tls.crl = value)),
  sslcompression: only('0'),
  sslsni: oneOf(['0', '1'], (value, { target }) => void (target.tls.sendsName = value === '1')),
  sslnegotiation: oneOf(['postgres', 'direct'], (value, { target }) => void (target.tls.isDirect = value === 'direct')),
  ssl_min_protocol_version: oneOf(TLS_VERSIONS, (value, { target }) => void (target.tls.minVersion = value)),
  ssl_max_protocol_version: oneOf(TLS_VERSIONS, (value, { target }) => void (target.tls.maxVersion = value)),

  schema: (value, draft) => {
    draft.schema = value;
    return schemaProblem(value);
  },
  connection_limit: whole(1, 200, (value, { target }) => void (target.poolSize = value)),
  pool_timeout: whole(0, 86_400, (value, { target }) => {
    if (value > 0) target.poolTimeoutMs = value * 1_000;
  }),
  pgbouncer: only('true', 'false'),
  statement_cache_size: only('0'),
  sslaccept: oneOf(['strict', 'accept_invalid_certs'], (value, draft) => void (draft.accepts = value)),
  uselibpqcompat: only('true'),
};

const BY_POOL = 'set DATABASE_IDLE_TIMEOUT and DATABASE_MAX_LIFETIME instead';
const NEITHER = 'the driver cannot do it';
const BY_OPTIONS = (name: string) => `write options=-c%20${name}%3D... instead`;

/** Maps each known but unsupported parameter to what the operator should do instead. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  currentSchema: 'write schema=... instead',
  search_path: 'write schema=... instead',
  statement_timeout: BY_OPTIONS('statement_timeout'),
  lock_timeout: BY_OPTIONS('lock_timeout'),
  idle_in_transaction_session_timeout: BY_OPTIONS('idle_in_transaction_session_timeout'),
  socket_timeout: 'statements end after 4 s anyway',
  query_timeout: 'statements end after 4 s anyway',
  max_connection_lifetime: BY_POOL,
  max_idle_connection_lifetime: BY_POOL,
  keepalives_interval: NEITHER,
  keepalives_count: NEITHER,
  tcp_user_timeout: NEITHER,
  requirepeer: NEITHER,
  require_auth: NEITHER,
  sslcrldir: 'write sslcrl=... instead',
  sslcertmode: 'leave sslcert and sslkey out to send none',
  sslidentity: 'write sslcert=... and sslkey=... instead',
  passfile: 'write the password into the URL',
  service: 'write its values into the URL',
  servicefile: 'write its values into the URL',
  replication: 'it is for replicas',
  krbsrvname: 'Kerberos is not supported',
  gsslib: 'Kerberos is not supported',
  gssdelegation: 'Kerberos is not supported',
};

/** Matches names that are safe to show. Other text may be a piece of a password with a `?` or `&` in it. */
const SAFE_NAME = /^[A-Za-z_][\w.-]{0,40}$/;

/** Reads one parameter of the URL into the draft, or returns its fault without its value. */
export function readParameter(name: string, value: string, draft: Draft): string | undefined {
  const read = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
  if (read !== undefined) {
    const problem = read(value, draft);
    return problem === undefined ? undefined : `has a parameter ${name} that ${problem}`;
  }
  if (!SAFE_NAME.test(name))
    return 'has a parameter whose name cannot be read; in a password, write & as %26 and ? as %3F';
  const instead = Object.hasOwn(UNSUPPORTED, name) ? UNSUPPORTED[name] : undefined;
  if (instead !== undefined) return `has the parameter ${name}, which is not supported: ${instead}`;
  return `has the unknown parameter ${name}; known are ${Object.keys(PARAMETERS).toSorted().join(', ')}`;
}
