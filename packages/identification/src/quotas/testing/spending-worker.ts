import { connectRedis, createBulkhead, createCircuit, systemClock } from '@plantcommunity/resilience';
import { createProviderCaller } from '../../identify/provider-caller.ts';
import { openAccess } from '../../identify/testing/open-access.ts';
import { outcomeOf } from '../../providers/outcome.ts';
import { createPlantNet } from '../../providers/plantnet/plantnet.ts';
import { request } from '../../providers/testing/request.ts';
import { QuotaExhaustedError } from '../provider-quota.ts';
import { quotaUnderTest } from './quota-under-test.ts';
import { type SpendingReport, spendingSettings } from './spending-messages.ts';

// One instance of the product with Pl@ntNet alone. On a message it starts many calls at once and reports their ends.
const { attempts, prefix, redisUrl, serviceUrl, limit } = spendingSettings.parse(JSON.parse(process.argv[2] ?? ''));
const redis = await connectRedis({ url: redisUrl }, { timeoutMs: 10_000, readyWaitMs: 5_000 });
const closing = new AbortController().signal;
const clock = systemClock;
const provider = createPlantNet({ apiKey: 'some-key', baseUrl: serviceUrl, timeoutMs: 30_000, clock });
const quota = quotaUnderTest({ provider, redis, clock, prefix, limits: { dailyLimit: limit } });
const circuit = createCircuit({
  name: 'plantnet',
  failMax: 1_000,
  resetTimeoutMs: 1_000,
  maxResetTimeoutMs: 1_000,
  successThreshold: 1,
  trialPermits: 1,
  classify: outcomeOf,
  clock,
});
const bulkhead = createBulkhead({ max: attempts });
const silent = () => undefined;
const gate = createProviderCaller({
  provider,
  access: openAccess,
  circuit,
  quota,
  bulkhead,
  clock,
  closing,
  onCircuit: silent,
  onCall: silent,
});

async function spend(): Promise<SpendingReport> {
  const ends = await Promise.allSettled(Array.from({ length: attempts }, () => gate.call(request(), silent)));
  const refused = ends.filter((end) => end.status === 'rejected' && end.reason instanceof QuotaExhaustedError);
  return { answered: ends.filter(({ status }) => status === 'fulfilled').length, refused: refused.length };
}

process.on('message', () => {
  void spend().then((report) => process.send?.(report));
});
process.once('disconnect', () => process.exit(0));
await quota.start();
process.send?.('ready');
