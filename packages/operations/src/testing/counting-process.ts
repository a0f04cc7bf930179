import { connectRedis, systemClock } from '@plantcommunity/resilience';
import { MinuteCounters } from '../stats/minute-counters.ts';
import { createMinuteStore } from '../stats/minute-store.ts';

// A process of its own that counts calls, given their number and the address of Redis, and lives until it is killed.
const [calls, url = ''] = process.argv.slice(2);
const redis = await connectRedis({ url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
const counters = new MinuteCounters({
  store: createMinuteStore({ redis }),
  redis,
  providers: ['plant_id'],
  clock: systemClock,
});
counters.start();
for (let n = 0; n < Number(calls); n += 1) {
  counters.recordCall({ provider: 'plant_id', outcome: 'ok', durationMs: 900 });
}
process.once('disconnect', () => process.exit(0));
// The clock of the product keeps no process alive.
setInterval(() => undefined, 60_000);
