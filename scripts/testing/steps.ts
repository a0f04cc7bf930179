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

/** What a test run stands on. */
interface Services {
  environment: Readonly<Record<string, string>>;
  close: () => Promise<void>;
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
export function vitest(title: string, project: string, env: Readonly<Record<string, string>>): Step {
  return { title, run: () => runVitest(title, project, env) };
}

/** A vitest project on services that are there while it runs. */
export function vitestOn(title: string, project: string, start: () => Promise<Services>): Step {
  const run = async (): Promise<Tally> => {
    let services: Services | undefined;
    try {
      services = await start();
      return await runVitest(title, project, services.environment);
    } catch (error) {
      process.stderr.write(`${title}: ${error instanceof Error ? error.message : String(error)}\n`);
      return FAILED;
    } finally {
      await services?.close();
    }
  };
  return { title, run };
}

async function runVitest(title: string, project: string, env: Readonly<Record<string, string>>): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'plant-vitest-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['run', '--project', project, '--passWithNoTests', ...reporters];
  try {
    const passed = await runTool({ name: 'vitest', args, env });
    const tally = tallyVitest(readVitestReport(report));
    return passed || tally.failed > 0 ? tally : { ...tally, failed: 1 };
  } catch (error) {
    process.stderr.write(`${title}: ${String(error)}\n`);
    return FAILED;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
