import {
  type Circuit,
  CircuitRejectedError,
  type CircuitSnapshot,
  connectRedis,
  createCircuit,
  systemClock,
} from '../index.ts';

/** What a test asks of a worker; each is answered by one report. */
export type CircuitOrder =
  /** A new circuit takes the place of the last. */
  | { readonly do: 'join'; readonly name: string; readonly resetTimeoutMs: number; readonly trialDeadlineMs: number }
  /** Calls that hang are answered for when each was let through or rejected, all others when they ended. */
  | { readonly do: 'call'; readonly callers: number; readonly end: 'succeed' | 'fail' | 'hang' }
  /** What hangs succeeds. */
  | { readonly do: 'finish' }
  | { readonly do: 'look' }
  | { readonly do: 'step_clock'; readonly byMs: number };

interface Decided {
  /** Calls that were let through. */
  admitted: number;
  rejected: number;
}

export interface CircuitReport extends Readonly<Decided> {
  readonly snapshot: CircuitSnapshot | undefined;
  readonly admits: boolean;
}

const [url = ''] = process.argv.slice(2);
const redis = await connectRedis({ url }, { timeoutMs: 5000, readyWaitMs: 10_000 });
let clockOffsetMs = 0;
let circuit: Circuit | undefined;
let finished = Promise.withResolvers<void>();

process.on('message', (order: CircuitOrder) => void answer(order));
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function answer(order: CircuitOrder): Promise<void> {
  if (order.do === 'join') join(order);
  if (order.do === 'step_clock') clockOffsetMs += order.byMs;
  if (order.do === 'finish') {
    finished.resolve();
    finished = Promise.withResolvers();
  }
  const ends = order.do === 'call' ? await call(order) : { admitted: 0, rejected: 0 };
  const report: CircuitReport = { ...ends, snapshot: circuit?.snapshot(), admits: circuit?.admits() ?? false };
  process.send?.(report);
}

function join({ name, resetTimeoutMs, trialDeadlineMs }: CircuitOrder & { readonly do: 'join' }): void {
  circuit?.close();
  circuit = createCircuit({
    name,
    failMax: 3,
    resetTimeoutMs,
    maxResetTimeoutMs: 60_000,
    successThreshold: 2,
    trialPermits: 2,
    trialDeadlineMs,
    classify: () => 'failure',
    clock: { ...systemClock, now: () => Date.now() + clockOffsetMs },
    redis,
    prefix: 'test',
  });
}

async function call({ callers, end }: CircuitOrder & { readonly do: 'call' }): Promise<Decided> {
  const decided = Promise.withResolvers<void>();
  const count = { admitted: 0, rejected: 0 };
  const note = (what: keyof Decided) => {
    count[what] += 1;
    if (count.admitted + count.rejected === callers) decided.resolve();
  };
  async function work(): Promise<void> {
    note('admitted');
    if (end === 'fail') throw new Error('withered');
    if (end === 'hang') await finished.promise;
  }
  const calls = Array.from({ length: callers }, async () => circuit?.execute(work));
  for (const one of calls) one.catch((error: unknown) => error instanceof CircuitRejectedError && note('rejected'));
  await (end === 'hang' ? decided.promise : Promise.allSettled(calls));
  return count;
}
