import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../root.ts';
import { type PlaywrightReport, tallyPlaywright } from './playwright-report.ts';
import { runTool } from './run-tool.ts';
import type { Step } from './step.ts';
import { FAILED } from './tally.ts';

/** Playwright against the finished build; what it counts comes from its JSON report. */
export const browserTests: Step = {
  title: 'browser tests',
  run: async (output) => {
    const folder = mkdtempSync(join(tmpdir(), 'plant-browser-'));
    const report = join(folder, 'report.json');
    try {
      const passed = await runTool({
        name: join(root, 'e2e/node_modules/.bin/playwright'),
        args: ['test', '--reporter=list,json'],
        cwd: join(root, 'e2e'),
        env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' },
        output,
      });
      const tally = tallyPlaywright(readPlaywrightReport(report));
      return passed || tally.failed > 0 ? tally : { ...tally, failed: 1 };
    } catch (error) {
      output.write(`browser tests: ${String(error)}\n`);
      return FAILED;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** What the runner of the pinned version wrote a moment ago. */
function readPlaywrightReport(path: string): PlaywrightReport {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(readFileSync(path, 'utf8')) as PlaywrightReport;
}
