import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, type ChildOptions, startChild } from './child.ts';
import type { ProcessGroup } from './process-group.ts';
import { StartError } from './start-error.ts';

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
