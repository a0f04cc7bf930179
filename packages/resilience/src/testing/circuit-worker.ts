import {
  type Circuit,
  CircuitRejectedError,
  type CircuitSnapshot,
  connectRedis,
  createCircuit,
  systemClock,
} from '../index.ts';

/** A command of a test to a worker; the worker answers each with one report. */
export type CircuitCommand =
  /** Replaces the circuit by a new one. */
  | {
      readonly type: 'create';
      readonly name: string;
      readonly resetTimeoutMs: number;
      readonly trialDeadlineMs: number;
    }
  /** The report for calls that hang comes when each was admitted or rejected, for all others when they ended. */
  | { readonly type: 'call'; readonly callers: number; readonly end: 'succeed' | 'fail' | 'hang' }
  /** Lets the calls that hang succeed. */
  | { readonly type: 'finish' }
  | { readonly type: 'report' }
  | { readonly type: 'step_clock'; readonly byMs: number };

interface CallCounts {
  admitted: number;
  rejected: number;
}

export interface CircuitReport extends Readonly<CallCounts> {
  readonly snapshot: CircuitSnapshot | undefined;
  readonly admits: boolean;
}

const [url = ''] = process.argv.slice(2);
const redis = await connectRedis({ url }, { timeoutMs: 5000, readyWaitMs: 10_000 });
let clockOffsetMs = 0;
let circuit: Circuit | undefined;
let finished = Promise.withResolvers<void>();

process.on('message', (command: CircuitCommand) => void run(command));
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function run(command: CircuitCommand): Promise<void> {
  if (command.type === 'create') create(command);
  if (command.type === 'step_clock') clockOffsetMs += command.byMs;
  if (command.type === 'finish') {
    finished.resolve();
    finished = Promise.withResolvers();
  }
  const counts = command.type === 'call' ? await call(command) : { admitted: 0, rejected: 0 };
  const report: CircuitReport = { ...counts, snapshot: circuit?.snapshot(), admits: circuit?.admits() ?? false };
  process.send?.(report);
}

function create({ name, resetTimeoutMs, trialDeadlineMs }: CircuitCommand & { readonly type: 'create' }): void {
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

async function call({ callers, end }: CircuitCommand & { readonly type: 'call' }): Promise<CallCounts> {
  const decided = Promise.withResolvers<void>();
  const count = { admitted: 0, rejected: 0 };
  const add = (decision: keyof CallCounts) => {
    count[decision] += 1;
    if (count.admitted + count.rejected === callers) decided.resolve();
  };
  async function work(): Promise<void> {
    add('admitted');
    if (end === 'fail') throw new Error('withered');
    if (end === 'hang') await finished.promise;
  }
  const calls = Array.from({ length: callers }, async () => circuit?.execute(work));
  for (const one of calls) one.catch((error: unknown) => error instanceof CircuitRejectedError && add('rejected'));
  await (end === 'hang' ? decided.promise : Promise.allSettled(calls));
  return count;
}
