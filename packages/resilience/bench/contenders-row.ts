import { setTimeout as pause } from 'node:timers/promises';
import { createLeases, type RedisConnection, systemClock } from '../src/index.ts';
import type { BenchRow } from './bench-row.ts';
import type { ContenderCommand, Hold } from './contender-command.ts';
import { quantile } from './rounds.ts';
import { WakeFloor } from './wake-floor.ts';
import { WorkerGroup } from './worker-group.ts';

const PROCESSES = 125;
const ROUNDS = 3;
const FLOOR_SAMPLES = 100;
const PREFIX = 'bench';
/** Long enough for all processes to have asked once and found the lease taken. */
const SETTLE_MS = 1000;
/** Many small processes fit beside each other. */
const SMALL = ['--max-semi-space-size=1', '--max-old-space-size=128'];
const WORKER = new URL('./contender-worker.ts', import.meta.url);

interface Round {
  /** Milliseconds from the end of each hold to the beginning of the next. */
  readonly handOvers: readonly number[];
  readonly isOrderly: boolean;
}

/** Evaluates the holds of a round in the order of entry. */
function evaluate(holds: readonly Hold[]): Round {
  const log = holds.toSorted((a, b) => a.enteredAt - b.enteredAt);
  const pairs = log.slice(1).map((next, index) => ({ next, before: log[index] ?? next }));
  return {
    handOvers: pairs.map(({ before, next }) => next.enteredAt - before.leftAt),
    isOrderly: pairs.every(({ before, next }) => before.leftAt <= next.enteredAt && before.fence < next.fence),
  };
}

async function floorOf(url: string): Promise<number> {
  using floor = await WakeFloor.open(url);
  const samples: number[] = [];
  for (let n = 0; n < FLOOR_SAMPLES; n += 1) samples.push(await floor.sample());
  return quantile(samples, 0.5);
}

/** Lets many processes take one lease, each once a round; no process may enter before its predecessor has left. */
export async function contendersRow(redis: RedisConnection, url: string): Promise<BenchRow> {
  const leases = createLeases({ redis, prefix: PREFIX, owner: 'bench', clock: systemClock });
  const floor = await floorOf(url);
  await using contenders = await WorkerGroup.start<ContenderCommand, Hold>(WORKER, PROCESSES, [url, PREFIX], SMALL);
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS) {
    const command = { lease: 'contended' };
    const started = await leases.withLease(command.lease, { ttlMs: 30_000, waitMs: 0 }, async () => {
      const holds = contenders.run(command);
      await pause(SETTLE_MS);
      return { holds };
    });
    rounds.push(evaluate(await started.holds));
  }
  const ours = quantile(
    rounds.flatMap(({ handOvers }) => handOvers),
    0.5,
  );
  const ratios = rounds.map(({ handOvers }) => quantile(handOvers, 0.5) / floor);
  return {
    name: `${PROCESSES} processes, one lease: hand-over, p50`,
    unit: 'ms',
    floor,
    ours,
    ratio: ours / floor,
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    bar: 'all served, no overlap, fences rise:',
    holds: rounds.every(({ isOrderly }) => isOrderly),
    peers: [],
  };
}
