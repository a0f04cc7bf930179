import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, type ProcessFacts } from '../bootstrap/process-identity.mjs';
import type { Run } from './npm-start.ts';

const BUSY_MS = 10_000;

/** Ends whatever is left of a run. */
export async function endAll(run: Run): Promise<void> {
  const processes = run.processes();
  for (const { pid } of processes) signal(pid, 'SIGTERM');
  if ((await msUntilGone(processes, BUSY_MS)) > BUSY_MS) for (const { pid } of processes) signal(pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

/** How long it took until none of the processes ran; more than `atMost` when one still does. */
export async function msUntilGone(processes: readonly ProcessFacts[], atMost: number): Promise<number> {
  const begin = performance.now();
  while (processes.some(isRunning) && performance.now() - begin <= atMost) await sleep(20);
  return performance.now() - begin;
}
