import type { ClientConfig } from 'pg';
import type { DatabaseTarget } from './database-target.ts';
import { isFolder } from './dial.ts';
import { ServerSocket } from './server-socket.ts';

/** Longest wait for one host, in milliseconds: of several, each has its share of the driver's own 3 s. */
const CONNECT_TIMEOUT_MS = 3_000;

/**
 * What the driver is told of a target. Never a URL: the driver's own reading of one checks certificates in other modes
 * than libpq and writes warnings about it to the standard error stream.
 */
export function clientConfig(target: DatabaseTarget): ClientConfig {
  const [first] = target.hosts;
  const isLocal = target.hosts.every(isFolder) && target.hosts.length === 1 && !target.tls.needsChannelBinding;
  const timeoutMs = Math.min(
    target.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    Math.ceil(CONNECT_TIMEOUT_MS / target.hosts.length),
  );
  return {
    ...(first === undefined ? {} : { host: first.host, port: first.port }),
    ...(target.user === undefined ? {} : { user: target.user }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.database === undefined ? {} : { database: target.database }),
    ...(target.options === undefined ? {} : { options: target.options }),
    application_name: target.applicationName,
    keepAlive: target.keepsAlive,
    ...(target.keepAliveDelayMs === undefined ? {} : { keepAliveInitialDelayMillis: target.keepAliveDelayMs }),
    enableChannelBinding: target.tls.needsChannelBinding,
    // The stream encrypts. A unix socket is not encrypted, as in libpq.
    ssl: false,
    ...(isLocal ? {} : { stream: () => new ServerSocket(target, timeoutMs) }),
  };
}

/** `"plants" on localhost:5432`: what may be shown of a target. */
export function describeTarget({ database, hosts, user }: DatabaseTarget): string {
  const places = hosts.map((host) => (isFolder(host) ? host.host : `${host.host}:${host.port}`));
  return `"${database ?? user ?? ''}" on ${places.join(' or ')}`;
}
