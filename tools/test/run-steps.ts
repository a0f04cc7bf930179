import { heldOutput, liveOutput, type Output } from './output.ts';
import type { Step } from './step.ts';
import type { Tally } from './tally.ts';

/** A step, or several steps that run one after the other. */
type Lane = Step | readonly Step[];
/** A step, or lanes that run beside each other. */
export type Stage = Step | readonly Lane[];

/**
 * Runs the stages one after the other, never stopping early, and tells each step's counts and time. What steps that run
 * beside each other say is told when each is over, so that their lines do not mix.
 */
export async function runSteps(stages: readonly Stage[], terminal: Output = liveOutput): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const stage of stages) {
    const lanes = ('run' in stage ? [stage] : stage).map((lane) => ('run' in lane ? [lane] : lane));
    const titles = lanes.map((steps) => steps.map(({ title }) => title).join(', then '));
    terminal.write(`\n> ${titles.join(', beside ')}\n`);
    const run = lanes.length === 1 ? runStep : runHeld;
    tallies.push(...(await Promise.all(lanes.map((steps) => runLane(steps, run, terminal)))).flat());
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
  return tally;
}
