/** Modes of encryption of a connection: https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

export const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
type TlsVersion = (typeof TLS_VERSIONS)[number];

/** A server to try: a name or an address with its port, or the folder of a unix socket. */
export interface DatabaseHost {
  /** Begins with `/` for the folder of a unix socket. */
  readonly host: string;
  /** Address to connect to instead of looking `host` up. */
  readonly address?: string;
  readonly port: number;
}

/** Kinds of server that are accepted of several hosts; a standby never is, because the app writes. */
export const SESSION_ATTRIBUTES = ['any', 'read-write', 'primary'] as const;
export type SessionAttributes = (typeof SESSION_ATTRIBUTES)[number];

export interface TlsSettings {
  mode: SslMode;
  /** Check no certificate, even if a root certificate is at hand. */
  neverVerify: boolean;
  /** A file, or `system` for the certificates that come with Node. */
  rootCert?: string;
  cert?: string;
  key?: string;
  keyPassword?: string;
  crl?: string;
  minVersion?: TlsVersion;
  maxVersion?: TlsVersion;
  /** Whether TLS starts at once, without asking for it. */
  isDirect: boolean;
  sendsName: boolean;
  needsChannelBinding: boolean;
}

/** A connection URL, read and checked: where a database is, and how to connect to it. */
export interface DatabaseTarget {
  /** In the order in which they are tried; at least one. */
  hosts: readonly DatabaseHost[];
  user?: string;
  password?: string;
  database?: string;
  /** Holds all our tables; `public` unless the URL names another. */
  schema: string;
  namesSchema: boolean;
  /** Command-line options for the server, such as `-c work_mem=8MB`. */
  options?: string;
  applicationName: string;
  /** Longest wait for one host, in milliseconds. */
  connectTimeoutMs?: number;
  /** Longest wait for a connection of the pool, in milliseconds. */
  poolTimeoutMs?: number;
  /** Maximum number of connections. */
  poolSize?: number;
  sessionAttributes: SessionAttributes;
  keepsAlive: boolean;
  keepAliveDelayMs?: number;
  tls: TlsSettings;
}

/** A connection URL that cannot be used. The message names every fault and no value. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
  readonly code = 'database_url_invalid';
  readonly problems: readonly string[];

  constructor(variable: string, problems: readonly string[]) {
    super(problems.map((problem) => `${variable} ${problem}.`).join('\n'));
    this.problems = problems;
  }
}
