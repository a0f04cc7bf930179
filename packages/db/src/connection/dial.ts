import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, isIP, type NetConnectOpts, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls';
import { type DatabaseHost, TLS_VERSIONS, type TlsSettings } from './database-target.ts';

/** Asks a server for TLS: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** The server answers with one of these bytes: S or N. */
const ACCEPTED = 83;
const DECLINED = 78;

const NO_DIRECT_TLS = 'The server does not support direct SSL negotiation';

/** Reports a server that offers no TLS, or not the requested kind. */
class TlsUnavailableError extends Error {
  override readonly name = 'TlsUnavailableError';
  readonly code = 'tls_unavailable';
}

/** Says whether an attempt at a host encrypts the connection. */
export type Method = 'plain' | 'tls';

/** Whether a host is the folder of a unix socket. */
export function isFolder({ host }: DatabaseHost): boolean {
  return host.startsWith('/');
}

/** Returns the methods to try at one host, in order. The next one is tried after the server has refused one. */
export function methodsFor(host: DatabaseHost, { mode }: TlsSettings): readonly Method[] {
  if (isFolder(host) || mode === 'disable') return ['plain'];
  if (mode === 'allow') return ['plain', 'tls'];
  if (mode === 'prefer') return ['tls', 'plain'];
  return ['tls'];
}

function placeOf({ address, host, port }: DatabaseHost): NetConnectOpts {
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host: address ?? host, port };
}

/**
 * Connects to a host, and encrypts the connection for the method `tls`. If the server has no TLS and `tls.mode` allows
 * it, uses the same connection without encryption.
 * @throws {TlsUnavailableError} or an error of the system or of TLS
 */
export async function dial(
  host: DatabaseHost,
  method: Method,
  tls: TlsSettings,
  signal: AbortSignal,
): Promise<{ socket: Socket | TLSSocket; method: Method }> {
  const socket = connect(placeOf(host));
  socket.setNoDelay(true);
  // The awaited promises reject with the same errors. An event without a listener would end the process.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect', { signal });
    if (method === 'plain') return { socket, method };
    if (!tls.isDirect && !(await offersTls(socket, signal))) {
      if (isRequired(tls)) throw new TlsUnavailableError('The server does not support SSL connections');
      return { socket, method: 'plain' };
    }
    const secured = connectTls({ ...tlsOptions(tls, host), socket });
    secured.on('error', () => undefined);
    await once(secured, 'secureConnect', { signal }).catch((error: unknown) => {
      throw tls.isDirect && isReset(error) ? new TlsUnavailableError(NO_DIRECT_TLS) : error;
    });
    if (tls.isDirect && secured.alpnProtocol !== 'postgresql') throw new TlsUnavailableError(NO_DIRECT_TLS);
    return { socket: secured, method };
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

/**
 * Whether a server reset the connection. PostgreSQL before version 17 does so, because it reads the start of TLS as an
 * unknown message.
 */
function isReset(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'ECONNRESET';
}

async function offersTls(socket: Socket, signal: AbortSignal): Promise<boolean> {
  const ended = Promise.withResolvers<never>();
  const end = (): void => ended.reject(new TlsUnavailableError('Connection terminated unexpectedly'));
  socket.once('close', end);
  socket.write(SSL_REQUEST);
  try {
    const received: unknown[] = await Promise.race([once(socket, 'data', { signal }), ended.promise]);
    const [answer] = received;
    // Accept no further bytes: they would later count as encrypted ones (CVE-2021-23222).
    if (Buffer.isBuffer(answer) && answer.length === 1 && answer[0] === ACCEPTED) return true;
    if (Buffer.isBuffer(answer) && answer.length === 1 && answer[0] === DECLINED) return false;
    throw new TlsUnavailableError('There was an error establishing an SSL connection');
  } finally {
    socket.pause();
    socket.removeListener('close', end);
  }
}

/** Returns the file of authorities that libpq uses without `sslrootcert`, or undefined if it does not exist. */
function defaultRootCert(): string | undefined {
  try {
    const path = join(homedir(), '.postgresql', 'root.crt');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the faults of the settings and of the files that they name. */
export function tlsProblems(tls: TlsSettings): string[] {
  const problems: string[] = [];
  const files = [
    ['sslrootcert', tls.rootCert === 'system' ? undefined : tls.rootCert],
    ['sslcert', tls.cert],
    ['sslkey', tls.key],
    ['sslcrl', tls.crl],
  ] as const;
  for (const [name, path] of files) {
    const reason = path === undefined ? undefined : unreadable(path);
    if (reason !== undefined) problems.push(`has a parameter ${name} whose file cannot be read (${reason})`);
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) problems.push('must give sslcert and sslkey together');
  if (tls.rootCert === 'system' && tls.mode !== 'verify-full') {
    problems.push('must use sslmode=verify-full with sslrootcert=system, whose authorities sign for every site');
  } else if (tls.mode === 'verify-ca' && rootCertFile(tls) === undefined) {
    problems.push('must name the file of the authority in sslrootcert for sslmode=verify-ca');
  }
  if (tls.isDirect && !isRequired(tls))
    problems.push('must use sslmode=require or stricter with sslnegotiation=direct');
  if (tls.needsChannelBinding && tls.mode === 'disable')
    problems.push('must not disable TLS with channel_binding=require');
  if (tls.minVersion && tls.maxVersion && TLS_VERSIONS.indexOf(tls.minVersion) > TLS_VERSIONS.indexOf(tls.maxVersion)) {
    problems.push('must not give an ssl_min_protocol_version above ssl_max_protocol_version');
  }
  if (problems.length > 0 || tls.mode === 'disable') return problems;
  try {
    createSecureContext(secureContext(tls));
  } catch (error) {
    problems.push(`has TLS files that cannot be used (${errorCode(error)}): ${remedyFor(error)}`);
  }
  return problems;
}

/** Whether the mode refuses a connection without TLS. */
function isRequired({ mode }: TlsSettings): boolean {
  return mode === 'require' || mode === 'verify-ca' || mode === 'verify-full';
}

/**
 * Returns the options of one TLS connection. Like libpq, it checks the certificate in any mode if an authority is
 * known (https://www.postgresql.org/docs/current/libpq-ssl.html). It reads the files each time: certificates change.
 */
function tlsOptions(tls: TlsSettings, { host }: DatabaseHost): ConnectionOptions {
  const isNamed = tls.mode === 'verify-full';
  const isChecked = isNamed || (!tls.neverVerify && rootCertFile(tls) !== undefined);
  return {
    ...secureContext(tls),
    host,
    ...(tls.sendsName && isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: isChecked,
    ...(isNamed ? {} : { checkServerIdentity: () => undefined }),
    ...(tls.isDirect ? { ALPNProtocols: ['postgresql'] } : {}),
  };
}

/** Returns the file of the authorities, or undefined for the certificates that come with Node. */
function rootCertFile({ rootCert }: TlsSettings): string | undefined {
  if (rootCert === 'system') return undefined;
  return rootCert ?? defaultRootCert();
}

function secureContext(tls: TlsSettings): ConnectionOptions {
  const root = rootCertFile(tls);
  return {
    ...(root === undefined ? {} : { ca: readFileSync(root) }),
    ...(tls.cert === undefined ? {} : { cert: readFileSync(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: readFileSync(tls.key) }),
    ...(tls.keyPassword === undefined ? {} : { passphrase: tls.keyPassword }),
    ...(tls.crl === undefined ? {} : { crl: readFileSync(tls.crl) }),
    ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion }),
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
  };
}

function unreadable(path: string): string | undefined {
  try {
    readFileSync(path);
    return undefined;
  } catch (error) {
    return errorCode(error);
  }
}

function errorCode(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'no reason given';
}

function remedyFor(error: unknown): string {
  const code = errorCode(error);
  if (/BAD_DECRYPT|MISSING_PASSPHRASE|BAD_PASSWORD/.test(code)) return 'sslpassword must open sslkey';
  if (code.includes('KEY_VALUES_MISMATCH')) return 'sslkey must be the key of sslcert';
  return 'they must be in PEM form';
}
