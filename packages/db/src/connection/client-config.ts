import { Client, type ClientConfig } from 'pg';
import type { DatabaseHost, DatabaseTarget, SessionAttributes } from './database-target.ts';
import { isFolder } from './dial.ts';
import { ServerSocket } from './server-socket.ts';

/** Limits the wait for a host to the driver's own limit, in milliseconds. Several hosts share this time equally. */
const CONNECT_TIMEOUT_MS = 3_000;
/** The time for which `hostFinder` keeps its result, in milliseconds. */
const HOST_TTL_MS = 5_000;

/**
 * Returns the driver's configuration for a target. It contains no URL, because the driver would check certificates by
 * other modes than libpq and write warnings about them to the standard error stream.
 */
export function clientConfig(target: DatabaseTarget): ClientConfig {
  const [first] = target.hosts;
  const isLocal = target.hosts.every(isFolder) && target.hosts.length === 1 && !needsServerSocket(target);
  const timeoutMs = Math.min(
    target.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    Math.ceil(CONNECT_TIMEOUT_MS / target.hosts.length),
  );
  const chooseHosts = target.sessionAttributes === 'any' ? () => Promise.resolve(target.hosts) : hostFinder(target);
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
    // `ServerSocket` encrypts, so the driver must not. Like libpq, it leaves a unix socket without encryption.
    ssl: false,
    ...(isLocal ? {} : { stream: () => new ServerSocket(target, { timeoutMs, chooseHosts }) }),
  };
}

function needsServerSocket({ sessionAttributes, tls }: DatabaseTarget): boolean {
  return tls.needsChannelBinding || sessionAttributes !== 'any';
}

/**
 * Returns a function that finds the host that `target_session_attrs` asks for. The function connects to each host in
 * turn and keeps its result for a few seconds only, so that new connections follow a failover.
 */
function hostFinder(target: DatabaseTarget): () => Promise<readonly DatabaseHost[]> {
  let found: { hosts: readonly DatabaseHost[]; at: number } | undefined;
  return async () => {
    if (found !== undefined && performance.now() < found.at + HOST_TTL_MS) return found.hosts;
    let failure: unknown;
    for (const host of target.hosts) {
      try {
        if (!(await isSuitable({ ...target, hosts: [host], sessionAttributes: 'any' }, target.sessionAttributes)))
          continue;
        found = { hosts: [host], at: performance.now() };
        return found.hosts;
      } catch (error) {
        failure = error;
      }
    }
    throw failure ?? new Error('target_session_attrs: no host takes writes');
  };
}

async function isSuitable(target: DatabaseTarget, attributes: SessionAttributes): Promise<boolean> {
  const client = new Client({ ...clientConfig(target), connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // The awaited promises reject with the same errors. An event without a listener would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const query = `SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS read_only`;
    const { rows } = await client.query<{ standby: boolean; read_only: boolean }>(query);
    return attributes === 'primary' ? rows[0]?.standby === false : rows[0]?.read_only === false;
  } finally {
    await client.end();
  }
}

/** Describes a target without credentials: `"plants" on localhost:5432`. */
export function describeTarget({ database, hosts, user }: DatabaseTarget): string {
  const places = hosts.map((host) => (isFolder(host) ? host.host : `${host.host}:${host.port}`));
  return `"${database ?? user ?? ''}" on ${places.join(' or ')}`;
}
