import type { Redis as IORedis } from 'ioredis';
import type { Cancel, Clock } from '../clock.ts';

const HEARTBEAT_INTERVAL_MS = 30_000;
const HEARTBEAT_TIMEOUT_MS = 5000;

/**
 * Asks for a sign of life now and then, and gives up a connection that gives none, so that it is made anew: boxes on
 * the way forget silent connections and tell nobody, and one that only listens would wait for ever.
 */
export function startHeartbeat(
  connection: Pick<IORedis, 'disconnect' | 'off' | 'once' | 'ping' | 'status'>,
  clock: Clock,
): Cancel {
  let cancel: Cancel;
  const plan = () => {
    cancel = clock.setTimeout(() => void beat(), HEARTBEAT_INTERVAL_MS);
  };
  async function beat(): Promise<void> {
    plan();
    if (connection.status !== 'ready') return;
    let isOver = false;
    const giveUp = () => isOver || connection.disconnect(true);
    // Reads pending replies first, since this process may have been busy: immediates run after sockets, timers before.
    const cancelGiveUp = clock.setTimeout(() => setImmediate(giveUp), HEARTBEAT_TIMEOUT_MS);
    const end = () => {
      isOver = true;
      cancelGiveUp();
    };
    // After a disconnect the PING never settles; the client then opens a new connection.
    connection.once('close', end);
    await connection.ping().catch(() => {});
    end();
    connection.off('close', end);
  }
  plan();
  return () => cancel();
}
