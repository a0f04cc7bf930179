import type { Serializable } from 'node:child_process';
import { flushCompileCache } from 'node:module';

/** Announces that this worker accepts commands, and closes it when its parent disconnects. */
export function acceptCommands(close: () => Promise<void>): void {
  process.once('disconnect', () => void close());
  // Without it the next workers would find the compiled code only after the end of this one.
  flushCompileCache();
  sendReport('ready');
}

export function sendReport(report: Serializable): void {
  process.send?.(report);
}

/** Returns milliseconds of the monotonic clock of the machine, which all processes share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
