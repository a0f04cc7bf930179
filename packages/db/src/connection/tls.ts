import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { type DatabaseHost, TLS_VERSIONS, type TlsSettings } from './database-target.ts';

/** Returns the file that libpq uses without `sslrootcert`; undefined when it does not exist. */
function defaultRootCert(): string | undefined {
  try {
    const path = join(homedir(), '.postgresql', 'root.crt');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Returns what is wrong with the settings and with the files that they name. */
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

/** Whether a connection without TLS is refused. */
export function isRequired({ mode }: TlsSettings): boolean {
  return mode === 'require' || mode === 'verify-ca' || mode === 'verify-full';
}

/**
 * Options of one TLS connection. As in libpq a certificate is checked in any mode when an authority is known;
 * https://www.postgresql.org/docs/current/libpq-ssl.html. Files are read anew, since certificates are renewed.
 */
export function tlsOptions(tls: TlsSettings, { host }: DatabaseHost): ConnectionOptions {
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

/** Returns the file of the authorities; undefined for the certificates that come with Node. */
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
