import { expect, test } from 'vitest';
import { service, startChild } from '../child.ts';

/** Whether a process of the group that this one leads still runs. */
function groupRuns(leader: number): boolean {
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}

test('a supervisor that is told to end while its program starts ends both', async () => {
  // The program asks for the end as its first act. Each try meets another moment of the start.
  const program = ['/bin/sh', '-c', 'kill -TERM $PPID; exec sleep 60'] as const;
  const supervisors = Array.from({ length: 10 }, () =>
    startChild({ name: 'a program', command: service('supervise', ...program) }),
  );
  try {
    await Promise.all(supervisors.map(({ exited }) => exited));
    expect(supervisors.filter(({ pid }) => groupRuns(pid))).toHaveLength(0);
  } finally {
    for (const { pid } of supervisors) if (groupRuns(pid)) process.kill(-pid, 'SIGKILL');
  }
});
