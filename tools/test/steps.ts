import { shutdownSignal } from '../start/shutdown-signal.ts';
import { closingLine, sum, type Tally } from './tally.ts';

/** Where the lines of a step go. */
export interface Output {
  readonly write: (text: string) => void;
  /** Whether programs may write to our own standard output, which keeps their colours; else they are written here. */
  readonly isLive: boolean;
}

/** One part of a test run. */
export interface Step {
  title: string;
  /** Writes its lines to `output` and resolves to its counts; never rejects. */
  run: (output: Output) => Promise<Tally>;
}

/** A step, or several steps that run one after the other. */
type Lane = Step | readonly Step[];
/** A step, or lanes of which three run at the same time: fewer leave a core idle. The others wait in their order. */
export type Stage = Step | readonly Lane[];

const LANES_AT_ONCE = 3;

const liveOutput: Output = { write: (text) => void process.stdout.write(text), isLive: true };

/** Keeps the lines of a step together while another step runs beside it. */
export function heldOutput(): Output & { readonly text: () => string } {
  let held = '';
  return {
    write(text) {
      held += text;
    },
    isLive: false,
    text: () => held,
  };
}

/**
 * Runs the stages one after the other, failed ones too, and prints the counts and the time of each step. The lines of
 * steps that run beside each other are printed when each step is over, so that they do not mix.
 */
export async function runSteps(stages: readonly Stage[], terminal: Output = liveOutput): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const stage of stages) {
    const lanes = ('run' in stage ? [stage] : stage).map((lane) => ('run' in lane ? [lane] : lane));
    const titles = lanes.map((steps) => steps.map(({ title }) => title).join(', then '));
    terminal.write(`\n> ${titles.join('; ')}\n`);
    const run = lanes.length === 1 ? runStep : runHeld;
    const ended = new Map<Lane, Tally[]>();
    const waiting = lanes.values();
    const runWaiting = async () => {
      // oxlint-disable-next-line no-await-in-loop -- each takes the next lane when its last one is over
      for (const lane of waiting) ended.set(lane, await runLane(lane, run, terminal));
    };
    // oxlint-disable-next-line no-await-in-loop -- the stages follow each other
    await Promise.all(Array.from({ length: LANES_AT_ONCE }, runWaiting));
    tallies.push(...lanes.flatMap((lane) => ended.get(lane) ?? []));
  }
  return tallies;
}

async function runLane(steps: readonly Step[], run: typeof runStep, terminal: Output): Promise<Tally[]> {
  const tallies: Tally[] = [];
  // oxlint-disable-next-line no-await-in-loop -- the steps of a lane follow each other
  for (const step of steps) tallies.push(await run(step, terminal));
  return tallies;
}

async function runHeld(step: Step, terminal: Output): Promise<Tally> {
  const held = heldOutput();
  const tally = await runStep(step, held);
  terminal.write(held.text());
  return tally;
}

async function runStep({ title, run }: Step, output: Output): Promise<Tally> {
  const start = performance.now();
  const tally = await run(output);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const { passed, failed, skipped } = tally;
  output.write(`${failed > 0 ? '✗' : '✓'} ${title}: ${passed}/${failed}/${skipped} in ${seconds} s\n`);
  if (failed === 0) return tally;
  const { failures = ['see its output above'] } = tally;
  return { ...tally, failures: failures.map((failure) => `${title}: ${failure}`) };
}

/**
 * Runs the stages as the whole of a command: repeats what failed, prints the sums in the last line, and exits with 1 after
 * a failure.
 */
export async function runCommand(stages: readonly Stage[]): Promise<never> {
  endWithParent();
  const total = sum(await runSteps(stages));
  if (total.failures.length > 0) process.stdout.write(`\nFailed:\n${total.failures.join('\n')}\n`);
  process.stdout.write(`\n${closingLine(total)}\n`);
  process.exit(total.failed > 0 ? 1 : 0);
}

/**
 * Ends this process and the tools that it runs on a signal, or when its parent is gone. Services end by themselves,
 * because their pipe closes.
 */
function endWithParent(): void {
  const exit = () => process.exit(130);
  shutdownSignal(exit).addEventListener('abort', () => {
    try {
      process.kill(-process.pid, 'SIGTERM');
    } finally {
      exit();
    }
  });
}
