import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { DatabaseHost, TlsSettings } from './database-target.ts';
import { isRequired, tlsOptions } from './tls.ts';

/** Message that asks a server for TLS: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Bytes of the server's answer: S or N. */
const ACCEPTED = 83;
const DECLINED = 78;

const NO_DIRECT_TLS = 'The server does not support direct SSL negotiation';

/** Error of a server that offers no TLS, or not the requested kind. */
class TlsUnavailableError extends Error {
  override readonly name = 'TlsUnavailableError';
  readonly code = 'tls_unavailable';
}

/** Encryption of one attempt at a host. */
export type Method = 'plain' | 'tls';

/** Whether a host is the folder of a unix socket. */
export function isFolder({ host }: DatabaseHost): boolean {
  return host.startsWith('/');
}

/** Returns the attempts at one host, in order; each follows when the server refuses the one before. */
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
 * Connects to a host and encrypts the connection when the method says so. A server without TLS is talked to without,
 * on the same connection, when `tls.mode` allows.
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
  // Errors also reject the awaited promises.
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
 * Whether a server reset the connection: before version 17, PostgreSQL takes the start of TLS for an unknown message.
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
    // Further bytes would count as encrypted ones later (CVE-2021-23222).
    if (Buffer.isBuffer(answer) && answer.length === 1 && answer[0] === ACCEPTED) return true;
    if (Buffer.isBuffer(answer) && answer.length === 1 && answer[0] === DECLINED) return false;
    throw new TlsUnavailableError('There was an error establishing an SSL connection');
  } finally {
    socket.pause();
    socket.removeListener('close', end);
  }
}
