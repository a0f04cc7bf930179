import type { Child } from './child.ts';

/**
 * The web process may have requests in work. Redis saves what it knows, for which its keeper gives it 3 s. Everything
 * else has nothing to finish once those are gone.
 */
const GRACE_MS = { web: 8_000, redis: 4_000, other: 1_500 };
/** When requests have used up most of it, Redis gets what is left, but no less than the others. */
const END_WITHIN_MS = 9_500;

type Role = keyof typeof GRACE_MS;

/** All processes of a run, in the order in which they were started. */
export interface Crew {
  add(child: Child, role?: Role): void;
  /** Notes a process that one of the crew started itself. */
  note(pid: number): void;
  /** Ends everyone, the last one first, so that nobody loses what it still needs. */
  dismiss(): Promise<void>;
  /** Ends everyone at once. */
  kill(): void;
}

/** @param record notes each process, for the next start to find should we be killed */
export function createCrew(record: { add(pid: number): void }): Crew {
  const members: { child: Child; role: Role }[] = [];
  let isDismissed = false;
  return {
    add(child, role = 'other') {
      record.add(child.pid);
      members.push({ child, role });
      // It was started while the others were sent home.
      if (isDismissed) child.kill();
    },
    note: (pid) => record.add(pid),
    async dismiss() {
      isDismissed = true;
      const end = performance.now() + END_WITHIN_MS;
      for (const { child, role } of members.toReversed()) {
        if (!child.isRunning()) continue;
        await child.stop(Math.max(GRACE_MS.other, Math.min(GRACE_MS[role], end - performance.now())));
      }
    },
    kill() {
      isDismissed = true;
      for (const { child } of members) child.kill();
    },
  };
}
