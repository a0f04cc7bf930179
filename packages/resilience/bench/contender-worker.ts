// One of many processes that want the same lease.
import { setTimeout as pause } from 'node:timers/promises';
import { connectRedis, createLeases, systemClock } from '../src/index.ts';
import type { ContenderOrder, Stay } from './contender.ts';
import { answer, joinCrowd, machineMs } from './crowd-member.ts';

const WISH = { ttlMs: 30_000, waitMs: 60_000 };
const STAY_MS = 1;

const [url = '', prefix = ''] = process.argv.slice(2);
const redis = await connectRedis({ url }, { timeoutMs: 5000, readyWaitMs: 30_000 });
const leases = createLeases({ redis, prefix, owner: 'bench', clock: systemClock });

function stayIn(lease: string): Promise<Stay> {
  return leases.withLease(lease, WISH, async (_signal, fence) => {
    const enteredAt = machineMs();
    await pause(STAY_MS);
    return { fence, enteredAt, leftAt: machineMs() };
  });
}

process.on('message', ({ lease }: ContenderOrder) => void stayIn(lease).then(answer));
joinCrowd(() => redis.close());
