import { type Circuit, type CircuitSnapshot, connectRedis, createCircuit, systemClock } from '../index.ts';

/** What a test asks of a worker; each is answered by one report. */
export type CircuitOrder =
  /** A new circuit takes the place of the last. */
  | { readonly do: 'join'; readonly name: string; readonly resetTimeoutMs: number; readonly trialDeadlineMs: number }
  | {
      readonly do: 'call';
      readonly callers: number;
      readonly end: 'succeed' | 'fail' | 'hang';
      readonly takesMs: number;
    }
  | { readonly do: 'look' }
  | { readonly do: 'step_clock'; readonly byMs: number };

export interface CircuitReport {
  /** Calls that were let through. */
  readonly admitted: number;
  readonly rejected: number;
  readonly snapshot: CircuitSnapshot | undefined;
  readonly admits: boolean;
}

const [url = ''] = process.argv.slice(2);
const redis = await connectRedis({ url }, { timeoutMs: 1000, readyWaitMs: 10_000 });
let clockOffsetMs = 0;
let circuit: Circuit | undefined;

process.on('message', (order: CircuitOrder) => void answer(order));
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function answer(order: CircuitOrder): Promise<void> {
  if (order.do === 'join') join(order);
  if (order.do === 'step_clock') clockOffsetMs += order.byMs;
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

async function call({
  callers,
  end,
  takesMs,
}: CircuitOrder & { readonly do: 'call' }): Promise<{ admitted: number; rejected: number }> {
  const through = Promise.withResolvers<void>();
  let admitted = 0;
  async function work(): Promise<void> {
    admitted += 1;
    if (admitted === callers) through.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, takesMs);
    await promise;
    if (end === 'fail') throw new Error('withered');
  }
  const calls = Promise.allSettled(Array.from({ length: callers }, async () => circuit?.execute(work)));
  await (end === 'hang' ? through.promise : calls);
  return { admitted, rejected: callers - admitted };
}
