import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { type Circuit, createCircuit, type RedisConnection, systemClock } from '../src/index.ts';
import type { BenchRow } from './bench-row.ts';
import { compare } from './compare.ts';

const LONG_MS = 3_600_000;
const EFFORT = { batches: 15, calls: 1000 };

const succeed = async (): Promise<string> => 'leaf';
const ignore = (): void => {};
const withered = new Error('withered');
const fail = (): Promise<never> => Promise.reject(withered);
const bare = { name: 'a bare call', call: succeed };
const bareRejection = { name: 'a bare rejection', call: () => fail().catch(ignore) };

function openPeer() {
  return circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(1), halfOpenAfter: LONG_MS });
}

function ourCircuit(name: string, redis: RedisConnection): Circuit {
  return createCircuit({
    name,
    redis,
    prefix: 'bench',
    failMax: 1,
    resetTimeoutMs: LONG_MS,
    maxResetTimeoutMs: LONG_MS,
    successThreshold: 1,
    trialPermits: 1,
    classify: () => 'failure',
    clock: systemClock,
  });
}

/** Measures circuits that processes share over Redis against those of cockatiel, which each process has for itself. */
export async function circuitRows(redis: RedisConnection): Promise<BenchRow[]> {
  const healthy = ourCircuit('healthy', redis);
  const open = ourCircuit('open', redis);
  const peer = openPeer();
  const brokenPeer = openPeer();
  await healthy.execute(succeed);
  await open.execute(fail).catch(ignore);
  await brokenPeer.execute(fail).catch(ignore);
  if (open.snapshot().state !== 'open') throw new Error('One failure should have opened the circuit');
  try {
    return [
      await compare({
        ...EFFORT,
        name: 'healthy circuit',
        floor: bare,
        ours: { name: 'ours', call: () => healthy.execute(succeed) },
        against: { name: 'cockatiel', call: () => peer.execute(succeed) },
        times: 3,
      }),
      await compare({
        ...EFFORT,
        name: 'open rejection',
        floor: bareRejection,
        ours: { name: 'ours', call: () => open.execute(succeed).catch(ignore) },
        against: { name: 'cockatiel', call: () => brokenPeer.execute(succeed).catch(ignore) },
        times: 1,
      }),
    ];
  } finally {
    healthy.close();
    open.close();
  }
}
