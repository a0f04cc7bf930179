import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, type ChildOptions, startChild } from './child.ts';
import { StartError } from './start-error.ts';

/** Grace period of a process that has no work to finish. */
const GRACE_MS = 1_500;

/** The processes of a run, in the order of their start. */
export interface ProcessGroup {
  /** Adds a process. @param graceMs time between SIGTERM and SIGKILL */
  add(child: Child, graceMs?: number): void;
  /** Records a process that a member of the group started. */
  addPid(pid: number): void;
  /** Ends all processes, the last one first, so that none loses a service that it needs. */
  stop(): Promise<void>;
  /** Kills all processes at once. */
  kill(): void;
}

/** @param record stores each process, so that the next start can end it if we are killed */
export function createProcessGroup(record: { add(pid: number): void }): ProcessGroup {
  const members: { child: Child; graceMs: number }[] = [];
  let isDismissed = false;
  return {
    add(child, graceMs = GRACE_MS) {
      record.add(child.pid);
      members.push({ child, graceMs });
      // The process was started while the group was stopping.
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

/** Time limit of a service's start. Unpacking a database takes long on a busy machine. */
export const START_MS = 120_000;

/** An embedded part that accepts connections. */
export interface Service {
  child: Child;
  /** URL by which the app reaches it. */
  url: string;
  /** Description in the announcement. */
  label: string;
  /** Process that the service supervises and that must not outlive it. */
  supervisedPid?: number;
}

/** Starts a process and adds it to the group. @param graceMs see `ProcessGroup.add` */
export function spawnInto(group: ProcessGroup, options: ChildOptions, graceMs?: number): Child {
  const child = startChild(options);
  group.add(child, graceMs);
  return child;
}

/** Waits for the line of JSON that a service prints when it serves, and returns the value of `key`. */
export async function startMessage(child: Child, key: string): Promise<string> {
  const line = (async () => {
    for await (const text of child.lines) {
      const value = valueIn(text, key);
      if (value !== undefined) return value;
    }
    throw new StartError(`${child.name} ended before it served; see above.`);
  })();
  return withinStart(child, line);
}

function valueIn(line: string, key: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    const value: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, key) : undefined;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  } catch {
    return undefined;
  }
}

async function withinStart<T>(child: Child, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = sleep(START_MS, undefined, { signal: timer.signal }).then(() => {
    throw new StartError(`${child.name} did not start within ${START_MS / 1000} s.`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}
