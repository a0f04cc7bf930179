import { spawnSync } from 'node:child_process';
import { root } from '../../root.ts';

/** Why tests cannot run promtool, which Prometheus brings; undefined where they can. */
export const missingPromtool: string | undefined =
  spawnSync('promtool', ['--version']).error === undefined ? undefined : 'promtool is not installed';

/** Runs promtool in the root of the repository; returns what it printed and whether it succeeded. */
export function promtool(args: readonly string[], input = ''): { passed: boolean; printed: string } {
  const { status, stderr, stdout } = spawnSync('promtool', args, { cwd: root, encoding: 'utf8', input });
  return { passed: status === 0, printed: `${stdout}${stderr}` };
}
