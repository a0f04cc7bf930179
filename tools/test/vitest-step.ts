import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Output } from './output.ts';
import { runTool } from './run-tool.ts';
import type { Step } from './step.ts';
import { FAILED, type Tally } from './tally.ts';
import { tallyVitest, type VitestReport } from './vitest-report.ts';

/** What a test run stands on. */
interface Services {
  environment: Readonly<Record<string, string>>;
  close: () => Promise<void>;
}

/** A vitest project; what it prints is for people, what it counts comes from its JSON report. */
export function vitest(title: string, project: string): Step {
  return { title, run: (output) => runVitest(title, project, {}, output) };
}

/** A vitest project on services that are there while it runs. */
export function vitestOn(title: string, project: string, start: () => Promise<Services>): Step {
  const run = async (output: Output): Promise<Tally> => {
    let services: Services | undefined;
    try {
      services = await start();
      return await runVitest(title, project, services.environment, output);
    } catch (error) {
      output.write(`${title}: ${error instanceof Error ? error.message : String(error)}\n`);
      return FAILED;
    } finally {
      await services?.close();
    }
  };
  return { title, run };
}

async function runVitest(
  title: string,
  project: string,
  env: Readonly<Record<string, string>>,
  output: Output,
): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'plant-vitest-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['run', '--project', project, '--passWithNoTests', ...reporters];
  try {
    const passed = await runTool({ name: 'vitest', args, env, output });
    const tally = tallyVitest(readVitestReport(report));
    return passed || tally.failed > 0 ? tally : { ...tally, failed: 1 };
  } catch (error) {
    output.write(`${title}: ${String(error)}\n`);
    return FAILED;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a runner of the pinned version wrote a moment ago. */
function readVitestReport(path: string): VitestReport {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
}
