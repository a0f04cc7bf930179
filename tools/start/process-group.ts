import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, type ChildOptions, startChild } from './child.ts';
import { StartError } from './start-error.ts';

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

/** Generous: a busy machine takes long to unpack a database. */
export const START_MS = 120_000;

/** An embedded part that accepts connections. */
export interface Service {
  child: Child;
  /** What the app is given to reach it. */
  url: string;
  /** What it is, for people. */
  label: string;
  /** A process that it started itself and that must not outlive it. */
  supervisedPid?: number;
}

/** Starts a process and adds it to the group. @param graceMs time to end, see `Crew.add` */
export function spawnInto(group: ProcessGroup, options: ChildOptions, graceMs?: number): Child {
  const child = startChild(options);
  group.add(child, graceMs);
  return child;
}

/** Waits for the line of JSON with which a service tells that it serves, and gives the value of `key`. */
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
