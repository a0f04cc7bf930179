import { appendFileSync } from 'node:fs';
import { connectRedis, createLeases, systemClock } from '../index.ts';

/** One process of a test: takes the lease `times` times, logs each entry and exit, and sends a message at each attempt. */
const [url = '', prefix = '', log = '', times = '1', holdMs = '0', ttlMs = '1000'] = process.argv.slice(2);

const redis = await connectRedis({ url }, { timeoutMs: 5000, readyWaitMs: 10_000 });
const leases = createLeases({ redis, prefix, owner: 'worker', clock: systemClock });
const write = (entry: string, fence: number) => appendFileSync(log, `${entry} ${fence} ${process.pid}\n`);
leases.subscribe((event) => {
  if (event.type === 'attempting') process.send?.('asking');
  if (event.type === 'taken_over') write(`taken_over_from_${event.previousOwner}`, 0);
});

for (let n = 0; n < Number(times); n += 1) {
  try {
    await leases.withLease('shared', { ttlMs: Number(ttlMs), waitMs: 60_000 }, async (_signal, fence) => {
      write('enter', fence);
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, Number(holdMs));
      await promise;
      write('exit', fence);
    });
    write('kept', 0);
  } catch (error) {
    write(error instanceof Error ? error.name : 'error', 0);
  }
}
await redis.close();
