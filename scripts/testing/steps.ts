import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool, type ToolRun } from './run-tool.ts';
import { FAILED, PASSED, type Tally } from './tally.ts';
import { tallyVitest, type VitestReport } from './vitest-report.ts';

/** One part of `npm test`, with what it counted. */
export interface Step {
  title: string;
  run: () => Promise<Tally>;
}

/** A tool that only says yes or no counts as one test; its output shows when it fails. */
export function check(title: string, tool: Omit<ToolRun, 'isQuiet'>): Step {
  return { title, run: async () => ((await runTool({ ...tool, isQuiet: true })) ? PASSED : FAILED) };
}

/** What a runner of the pinned version wrote a moment ago. */
function readVitestReport(path: string): VitestReport {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
}

/** A vitest project; what it prints is for people, what it counts comes from its JSON report. */
export function vitest(title: string, project: string, env: () => Promise<ToolRun['env']> | ToolRun['env']): Step {
  const run = async (): Promise<Tally> => {
    const folder = mkdtempSync(join(tmpdir(), 'plant-vitest-'));
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
    try {
      const passed = await runTool({
        name: 'vitest',
        args: ['run', '--project', project, '--passWithNoTests', ...reporters],
        env: (await env()) ?? {},
      });
      const tally = tallyVitest(readVitestReport(report));
      return passed || tally.failed > 0 ? tally : { ...tally, failed: 1 };
    } catch (error) {
      process.stderr.write(`${title}: ${String(error)}\n`);
      return FAILED;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return { title, run };
}

/** Runs the steps one after the other, never stopping early, and tells each one's counts and time. */
export async function runSteps(steps: readonly Step[]): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const { title, run } of steps) {
    const start = performance.now();
    process.stdout.write(`\n> ${title}\n`);
    const tally = await run();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const { passed, failed, skipped } = tally;
    process.stdout.write(`${failed > 0 ? '✗' : '✓'} ${title}: ${passed}/${failed}/${skipped} in ${seconds} s\n`);
    tallies.push(tally);
  }
  return tallies;
}
