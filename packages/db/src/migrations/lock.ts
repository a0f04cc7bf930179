import { DatabaseError } from 'pg';
import { describeTarget } from '../connection/client-config.ts';
import { MigrationError } from './session.ts';
import type { Session } from './session.ts';

/** Arbitrary number, which nothing else in the database may use. */
const LOCK = 7_209_221;
/** Wait of one attempt for the lock, in milliseconds: even a slow start names the holder within 10 s. */
const ATTEMPT_MS = 4_000;
/** Longest wait for an active holder, in milliseconds: longer than a migration, shorter than a start may take. */
const MAX_WAIT_MS = 120_000;
/** Seconds after which a holder that sends nothing counts as stranded. */
const IDLE_SECONDS = 3;
/** Extra wait for an answer, in milliseconds, beyond the server's own time limit. */
const GRACE_MS = 5_000;
const LOCK_NOT_AVAILABLE = '55P03';

/** Time limits of the transaction itself. A start that hangs in it is ended by the server, and its lock with it. */
const LIMITS = `SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 60000;`;

/** `onWait` is called once, with a description of the holder. */
export interface LockOptions {
  onWait?: ((text: string) => void) | undefined;
  maxWaitMs?: number | undefined;
}

/**
 * Begins a transaction that holds the migration lock: of several starts at once one migrates and the others wait. The
 * lock belongs to the transaction, not to the session, so that it ends with it behind a transaction pooler too. (Behind
 * PGlite's socket all connections are one session, which never waits for itself.)
 * @throws {MigrationError} when the holder of the lock does nothing, or works for longer than `maxWaitMs`
 */
export async function beginWithLock(session: Session, { onWait, maxWaitMs = MAX_WAIT_MS }: LockOptions): Promise<void> {
  const end = performance.now() + maxWaitMs;
  for (let isReported = false; ; isReported = true) {
    if (await tryLock(session, Math.min(ATTEMPT_MS, maxWaitMs))) return;
    const holder = await findHolder(session);
    if (holder === undefined) continue;
    const text = describeHolder(session, holder);
    if (isStranded(holder)) throw new MigrationError(`${text}, and does nothing. ${remedy(holder)}`);
    if (performance.now() >= end) throw new MigrationError(`${text}, for too long. ${remedy(holder)}`);
    if (!isReported) onWait?.(`${text}. Waiting for it. ${remedy(holder)}`);
  }
}

async function tryLock(session: Session, waitMs: number): Promise<boolean> {
  await session.run(`BEGIN; ${LIMITS} SET LOCAL lock_timeout = ${waitMs}`);
  try {
    await session.run('SELECT pg_advisory_xact_lock($1)', [LOCK], waitMs + GRACE_MS);
    return true;
  } catch (error) {
    if (!(error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE)) throw error;
    await session.run('ROLLBACK');
    return false;
  }
}

interface Holder {
  pid: number;
  application: string | null;
  user: string | null;
  address: string | null;
  /** Null when the role may not see it. */
  state: string | null;
  seconds: number | null;
}

async function findHolder(session: Session): Promise<Holder | undefined> {
  const [holder] = await session.run<{ [Key in keyof Holder]: Holder[Key] }>(
    `SELECT l.pid, a.application_name AS application, a.usename AS user, host(a.client_addr) AS address, a.state,
       extract(epoch FROM clock_timestamp() - a.state_change)::int AS seconds
     FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1 AND l.objsubid = 1
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [LOCK],
  );
  return holder;
}

function isStranded({ seconds, state }: Holder): boolean {
  return state !== null && state !== 'active' && (seconds ?? 0) >= IDLE_SECONDS;
}

function describeHolder({ target }: Session, { address, application, pid, seconds, state, user }: Holder): string {
  const details = [
    application ? `application "${application}"` : undefined,
    user ? `user "${user}"` : undefined,
    address ? `from ${address}` : undefined,
    state === null ? undefined : `${state} for ${seconds ?? 0} s`,
  ].filter((part) => part !== undefined);
  const suffix = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return `The migration lock of the database ${describeTarget(target)} is held by process ${pid} of the server${suffix}`;
}

function remedy({ pid }: Holder): string {
  return `If that start is gone, run in the database: select pg_terminate_backend(${pid});`;
}
