import { spawn } from 'node:child_process';
import { root } from '../root.ts';
import type { Output } from './output.ts';

export interface ToolRun {
  name: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  output: Output;
  /** Hold the output back unless the tool fails. */
  isQuiet?: boolean;
}

/** Runs a program of the workspace to its end; resolves to whether it exited with 0. Never rejects. */
export function runTool({ name, args = [], env = {}, cwd = root, output, isQuiet = false }: ToolRun): Promise<boolean> {
  return new Promise((resolve) => {
    const stdio = output.isLive && !isQuiet ? 'inherit' : 'pipe';
    const child = spawn(name, args, { cwd, stdio: ['ignore', stdio, stdio], env: { ...process.env, ...env } });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.on('error', (error) => {
      output.write(`${name}: ${error.message}\n`);
      resolve(false);
    });
    child.on('close', (code) => {
      if (code !== 0 || !isQuiet) output.write(said);
      resolve(code === 0);
    });
  });
}
