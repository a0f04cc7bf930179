// One of many processes that want the same lease.
import { setTimeout as pause } from 'node:timers/promises';
import { connectRedis, createLeases, systemClock } from '../src/index.ts';
import type { ContenderCommand, Hold } from './contender-command.ts';
import { acceptCommands, machineMs, sendReport } from './worker.ts';

const REQUEST = { ttlMs: 30_000, waitMs: 60_000 };
const HOLD_MS = 1;

const [url = '', prefix = ''] = process.argv.slice(2);
const redis = await connectRedis({ url }, { timeoutMs: 5000, readyWaitMs: 30_000 });
const leases = createLeases({ redis, prefix, owner: 'bench', clock: systemClock });

function hold(lease: string): Promise<Hold> {
  return leases.withLease(lease, REQUEST, async (_signal, fence) => {
    const enteredAt = machineMs();
    await pause(HOLD_MS);
    return { fence, enteredAt, leftAt: machineMs() };
  });
}

process.on('message', ({ lease }: ContenderCommand) => void hold(lease).then(sendReport));
acceptCommands(() => redis.close());
