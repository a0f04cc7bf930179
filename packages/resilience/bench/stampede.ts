import { setTimeout as pause } from 'node:timers/promises';
import { machineMs } from './crowd-member.ts';

export interface StampedeOrder {
  /** All callers of all processes ask for it at once. */
  readonly key: string;
  /** How long a load of it takes. */
  readonly loadMs: number;
}

/** Times of the machine's clock. */
export interface StampedeReport {
  readonly loads: number;
  /** When the last load ended; 0 when another process loaded. */
  readonly loadedAt: number;
  readonly lastServedAt: number;
}

/** One process' part in a stampede on whatever answers `ask`. */
export async function stampede(
  { key, loadMs }: StampedeOrder,
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
