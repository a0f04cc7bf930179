import type { Redis as IORedis } from 'ioredis';
import type { Cancel, Clock } from '../clock.ts';

const EVERY_MS = 30_000;
const ANSWER_WITHIN_MS = 5000;

/**
 * Asks for a sign of life now and then, and gives up a connection that gives none, so that it is made anew: boxes on
 * the way forget silent connections and tell nobody, and one that only listens would wait for ever.
 */
export function keepPulse(
  connection: Pick<IORedis, 'disconnect' | 'off' | 'once' | 'ping' | 'status'>,
  clock: Clock,
): Cancel {
  let cancel: Cancel;
  const plan = () => {
    cancel = clock.setTimeout(() => void beat(), EVERY_MS);
  };
  async function beat(): Promise<void> {
    plan();
    if (connection.status !== 'ready') return;
    const keep = clock.setTimeout(() => connection.disconnect(true), ANSWER_WITHIN_MS);
    // A PING that is under way then never settles, and whoever closed it has seen to what follows: a new connection.
    connection.once('close', keep);
    await connection.ping().catch(() => {});
    keep();
    connection.off('close', keep);
  }
  plan();
  return () => cancel();
}
