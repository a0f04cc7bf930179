import type { Serializable } from 'node:child_process';
import { flushCompileCache } from 'node:module';

/** From now on orders come, until the process that started this one lets go of it. */
export function joinCrowd(leave: () => Promise<void>): void {
  process.once('disconnect', () => void leave());
  // Else those who start next would find what is compiled only when this one has ended.
  flushCompileCache();
  answer('ready');
}

export function answer(report: Serializable): void {
  process.send?.(report);
}

/** Milliseconds of the machine's monotonic clock, which all processes share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
