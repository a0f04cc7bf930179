/** Lists the values of `sslmode`: https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION */
export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

export const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
type TlsVersion = (typeof TLS_VERSIONS)[number];

/** Locates a server: by a name or an address with its port, or by the folder of a unix socket. */
export interface DatabaseHost {
  /** A name, an address, or the folder of a unix socket, which begins with `/`. */
  readonly host: string;
  /** The address to connect to, without looking `host` up. */
  readonly address?: string;
  readonly port: number;
}

/** Lists the supported values of `target_session_attrs`. None selects a standby, because the app writes. */
export const SESSION_ATTRIBUTES = ['any', 'read-write', 'primary'] as const;
export type SessionAttributes = (typeof SESSION_ATTRIBUTES)[number];

export interface TlsSettings {
  mode: SslMode;
  /** Whether certificates are not checked, even with a root certificate at hand. */
  neverVerify: boolean;
  /** The file of the authorities, or `system` for the certificates that come with Node. */
  rootCert?: string;
  cert?: string;
  key?: string;
  keyPassword?: string;
  crl?: string;
  minVersion?: TlsVersion;
  maxVersion?: TlsVersion;
  /** Whether TLS starts at once, without asking the server first. */
  isDirect: boolean;
  sendsName: boolean;
  needsChannelBinding: boolean;
}

/** Says where a database is and how to connect to it, as read from a connection URL. */
export interface DatabaseTarget {
  /** At least one host, in the order in which they are tried. */
  hosts: readonly DatabaseHost[];
  user?: string;
  password?: string;
  database?: string;
  /** The schema that holds all our tables; `public` unless the URL names another. */
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

/** Reports a connection URL that cannot be used. The message names every fault and no value. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
  readonly code = 'database_url_invalid';
  readonly problems: readonly string[];

  constructor(variable: string, problems: readonly string[]) {
    super(problems.map((problem) => `${variable} ${problem}.`).join('\n'));
    this.problems = problems;
  }
}
