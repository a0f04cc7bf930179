import { spawn } from 'node:child_process';
import { root } from '../root.ts';

export interface ToolRun {
  name: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  /** Hold the output back unless the tool fails. */
  isQuiet?: boolean;
}

/** Runs a program of the workspace to its end; resolves to whether it exited with 0. Never rejects. */
export function runTool({ name, args = [], env = {}, cwd = root, isQuiet = false }: ToolRun): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(name, args, {
      cwd,
      stdio: ['ignore', isQuiet ? 'pipe' : 'inherit', isQuiet ? 'pipe' : 'inherit'],
      env: { ...process.env, ...env },
    });
    const held: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => held.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => held.push(chunk));
    child.on('error', (error) => {
      process.stderr.write(`${name}: ${error.message}\n`);
      resolve(false);
    });
    child.on('close', (code) => {
      if (code !== 0) process.stderr.write(Buffer.concat(held));
      resolve(code === 0);
    });
  });
}
