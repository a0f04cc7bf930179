import type { Child } from './child.ts';

/** Default grace period of a process, in milliseconds: for one that has nothing to finish. */
const GRACE_MS = 1_500;

/** All processes of a run, in the order in which they were started. */
export interface ProcessGroup {
  /** @param graceMs time to finish its work after it is asked to end, before it is killed */
  add(child: Child, graceMs?: number): void;
  /** Notes a process that one of the group started itself. */
  addPid(pid: number): void;
  /** Ends everyone, the last one first, so that nobody loses what it still needs. */
  stop(): Promise<void>;
  /** Ends everyone at once. */
  kill(): void;
}

/** @param record notes each process, for the next start to find should we be killed */
export function createProcessGroup(record: { add(pid: number): void }): ProcessGroup {
  const members: { child: Child; graceMs: number }[] = [];
  let isDismissed = false;
  return {
    add(child, graceMs = GRACE_MS) {
      record.add(child.pid);
      members.push({ child, graceMs });
      // It was started while the others were sent home.
      if (isDismissed) child.kill();
    },
    addPid: (pid) => record.add(pid),
    async stop() {
      isDismissed = true;
      for (const { child, graceMs } of members.toReversed()) {
        if (child.isRunning()) await child.stop(graceMs);
      }
    },
    kill() {
      isDismissed = true;
      for (const { child } of members) child.kill();
    },
  };
}
