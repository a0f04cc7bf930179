import { heldOutput, liveOutput, type Output } from './output.ts';
import type { Step } from './step.ts';
import type { Tally } from './tally.ts';

/** A step, or several that run beside each other. */
type Stage = Step | readonly Step[];

/**
 * Runs the stages one after the other, never stopping early, and tells each step's counts and time. What steps that run
 * beside each other say is told when each is over, so that their lines do not mix.
 */
export async function runSteps(stages: readonly Stage[], terminal: Output = liveOutput): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const stage of stages) {
    const steps = 'run' in stage ? [stage] : stage;
    const isAlone = steps.length === 1;
    terminal.write(`\n> ${steps.map(({ title }) => title).join(', beside ')}\n`);
    const run = isAlone ? runStep : runHeld;
    tallies.push(...(await Promise.all(steps.map((step) => run(step, terminal)))));
  }
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
