import { appendFileSync } from 'node:fs';
import { connectRedis, createLeases, systemClock } from '../index.ts';

/** One process of a test: takes the lease `times` times and logs its entries and exits. Sends a message as it asks. */
const [url = '', prefix = '', log = '', times = '1', holdMs = '0', ttlMs = '1000'] = process.argv.slice(2);

const redis = await connectRedis({ url }, { timeoutMs: 5000, readyWaitMs: 10_000 });
const leases = createLeases({ redis, prefix, owner: 'worker', clock: systemClock });
const note = (what: string, fence: number) => appendFileSync(log, `${what} ${fence} ${process.pid}\n`);
leases.subscribe((event) => {
  if (event.type === 'attempting') process.send?.('asking');
  if (event.type === 'taken_over') note(`taken_over_from_${event.previousOwner}`, 0);
});

for (let n = 0; n < Number(times); n += 1) {
  try {
    await leases.withLease('shared', { ttlMs: Number(ttlMs), waitMs: 60_000 }, async (_signal, fence) => {
      note('enter', fence);
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, Number(holdMs));
      await promise;
      note('exit', fence);
    });
    note('kept', 0);
  } catch (error) {
    note(error instanceof Error ? error.name : 'error', 0);
  }
}
await redis.close();
