import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../root.ts';
import type { Output, Step } from './steps.ts';
import {
  FAILED,
  PASSED,
  type PlaywrightReport,
  type Tally,
  tallyPlaywright,
  tallyVitest,
  type VitestReport,
} from './tally.ts';

interface Tool {
  name: string;
  args: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
}

/**
 * Runs a program of the workspace to its end; resolves to whether it exited with 0. Never rejects.
 * @param isQuiet withholds the program's output unless it fails
 */
function runTool({ name, args, env = {}, cwd = root }: Tool, output: Output, isQuiet: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const stdio = output.isLive && !isQuiet ? 'inherit' : 'pipe';
    const child = spawn(name, args, { cwd, stdio: ['ignore', stdio, stdio], env: { ...process.env, ...env } });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    child.on('error', (error) => {
      output.write(`${name}: ${error.message}\n`);
      resolve(false);
    });
    child.on('close', (code) => {
      if (code !== 0 || !isQuiet) output.write(printed);
      resolve(code === 0);
    });
  });
}

/** Returns the step of a tool that only succeeds or fails: one test, whose output is shown when it fails. */
export function toolStep(title: string, tool: Tool): Step {
  return { title, run: async (output) => ((await runTool(tool, output, true)) ? PASSED : FAILED) };
}

/** Runs a program and resolves to all that it prints, on both streams, whether or not it succeeds. Never rejects. */
export async function outputOf(tool: Tool): Promise<string> {
  let printed = '';
  const isOver = await runTool(tool, { write: (text) => (printed += text), isLive: false }, false);
  return isOver || printed !== '' ? printed : `${tool.name} failed`;
}

/** Returns the step of a project of vitest.config.ts. */
export function vitestStep(title: string, project: string): Step {
  return reportingStep(title, tallyVitestReport, (report) => {
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
    return { name: 'vitest', args: ['run', '--project', project, '--passWithNoTests', ...reporters] };
  });
}

/** Runs Playwright against the finished build. */
export const browserTests: Step = reportingStep('browser tests', tallyPlaywrightReport, (report) => ({
  name: join(root, 'e2e/node_modules/.bin/playwright'),
  args: ['test', '--reporter=list,json'],
  cwd: join(root, 'e2e'),
  env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', ANSWERS_REQUIRED: 'true' },
}));

/** Returns the step of a runner: people read what it prints, its counts come from the JSON report that it writes. */
function reportingStep(title: string, tallyOf: (report: string) => Tally, toolFor: (report: string) => Tool): Step {
  const run = async (output: Output): Promise<Tally> => {
    const folder = mkdtempSync(join(tmpdir(), 'plant-report-'));
    const report = join(folder, 'report.json');
    try {
      const hasPassed = await runTool(toolFor(report), output, false);
      const tally = tallyOf(readFileSync(report, 'utf8'));
      return hasPassed || tally.failed > 0 ? tally : { ...tally, failed: 1 };
    } catch (error) {
      output.write(`${title}: ${String(error)}\n`);
      return FAILED;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return { title, run };
}

// The reports were written a moment ago by the pinned versions of their runners.
function tallyVitestReport(report: string): Tally {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return tallyVitest(JSON.parse(report) as VitestReport);
}

function tallyPlaywrightReport(report: string): Tally {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return tallyPlaywright(JSON.parse(report) as PlaywrightReport);
}
