import type { Output } from './output.ts';
import { runTool, type ToolRun } from './run-tool.ts';
import { FAILED, PASSED, type Tally } from './tally.ts';

/** One part of `npm test`, with what it counted. Whatever it says goes to `output`. */
export interface Step {
  title: string;
  run: (output: Output) => Promise<Tally>;
}

/** A tool that only says yes or no counts as one test; its output shows when it fails. */
export function check(title: string, tool: Omit<ToolRun, 'output' | 'isQuiet'>): Step {
  return { title, run: async (output) => ((await runTool({ ...tool, output, isQuiet: true })) ? PASSED : FAILED) };
}
