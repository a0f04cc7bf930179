import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, type ProcessFacts } from '../bootstrap/process-identity.mjs';
import type { Run } from './npm-start.ts';

const BUSY_MS = 10_000;

/** Ends all processes of a run that still run. */
export async function endAll(run: Run): Promise<void> {
  const processes = run.processes();
  for (const { pid } of processes) signal(pid, 'SIGTERM');
  if ((await msUntilGone(processes, BUSY_MS)) > BUSY_MS) for (const { pid } of processes) signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process has ended already.
  }
}

/** Waits until none of the processes runs; returns the time, more than `atMost` if one still runs. */
export async function msUntilGone(processes: readonly ProcessFacts[], atMost: number): Promise<number> {
  const begin = performance.now();
  while (processes.some(isRunning) && performance.now() - begin <= atMost) await sleep(20);
  return performance.now() - begin;
}

/** Waits until none of the processes runs; returns the commands of those that still run after `atMost` milliseconds. */
export async function runningAfter(processes: readonly ProcessFacts[], atMost: number): Promise<string[]> {
  await msUntilGone(processes, atMost);
  return processes.filter(isRunning).map(({ command }) => command);
}
