import { setTimeout as pause } from 'node:timers/promises';
import { machineMs } from './worker.ts';

export interface StampedeCommand {
  /** All callers of all processes ask for this key at once. */
  readonly key: string;
  /** Duration of a load. */
  readonly loadMs: number;
}

/** Times are by the clock of the machine. */
export interface StampedeReport {
  readonly loads: number;
  /** When the last load ended; 0 when another process loaded. */
  readonly loadedAt: number;
  readonly lastServedAt: number;
}

/** Runs the part of one process in a stampede on `ask`. */
export async function stampede(
  { key, loadMs }: StampedeCommand,
  callers: number,
  ask: (key: string, load: () => Promise<string>) => Promise<unknown>,
): Promise<StampedeReport> {
  let loads = 0;
  let loadedAt = 0;
  const load = async (): Promise<string> => {
    loads += 1;
    await pause(loadMs);
    loadedAt = machineMs();
    return 'Rosa';
  };
  await Promise.all(Array.from({ length: callers }, () => ask(key, load)));
  return { loads, loadedAt, lastServedAt: machineMs() };
}
