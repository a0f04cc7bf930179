import { join } from 'node:path';
import { type Child, script, startChild } from './child.ts';

/** An event that the web process sends to the launcher, as one line of JSON. */
export type WebEvent =
  | { type: 'admin'; email: string; password?: string }
  | { type: 'notice'; text: string }
  | { type: 'ready' };

/** Reads an event; undefined for another line, such as a log entry. */
export function parseEvent(line: string): WebEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  const text = (key: string): string | undefined => {
    const found: unknown = Reflect.get(value, key);
    return typeof found === 'string' ? found : undefined;
  };
  const [email, password, notice] = [text('email'), text('password'), text('text')];
  if (value.type === 'ready') return { type: 'ready' };
  if (value.type === 'notice' && notice !== undefined) return { type: 'notice', text: notice };
  if (value.type === 'admin' && email !== undefined) {
    return { type: 'admin', email, ...(password === undefined ? {} : { password }) };
  }
  return undefined;
}

/** Whether a line belongs to Next's greeting, which repeats what the launcher prints. */
export function isGreeting(line: string): boolean {
  return /^\s*$|^\s*(?:▲|✓|○|- (?:Local|Network|Environments|Experiments))/.test(line);
}

/** The web process and its events so far. */
export interface Web {
  child: Child;
  events: readonly WebEvent[];
  /** Passes later events to the listener. */
  onEvent(listener: (event: WebEvent) => void): void;
}

interface WebOptions {
  /** Folder of the web app. */
  folder: string;
  mode: 'start' | 'dev';
  env: NodeJS.ProcessEnv;
}

/**
 * Flags of V8's garbage collector. Uploads are short-lived buffers outside of the heap, and by default V8 marks the whole
 * heap for every 64 MB of them. Counted as part of a heap that may grow to 128 MB first, they are collected with young
 * objects: a photo of 5 MB is read in half the time when measured.
 */
export const GC_FLAGS: readonly string[] = [
  '--external-memory-accounted-in-global-limit',
  '--initial-old-space-size=128',
];
/** First version of Node with both flags. */
const GC_FLAGS_SINCE = 24;

/** Starts the web process, which sends its events through a pipe. */
export function startWeb({ folder, mode, env }: WebOptions): Web {
  const [node, ...args] = script(join(folder, 'server.ts'));
  const child = startChild({
    name: 'The app',
    command: [node, ...gcFlagsOf(mode), ...args],
    cwd: folder,
    env: { ...env, PLANT_LAUNCHER_PIPE: '1', PLANT_LAUNCHER_FD: '3' },
    hasEvents: true,
  });
  const events: WebEvent[] = [];
  let listener = (event: WebEvent): void => void events.push(event);
  const take = (line: string): boolean => {
    const event = parseEvent(line);
    if (event) listener(event);
    return event !== undefined;
  };
  void eachLine(child.events, take);
  void eachLine(child.lines, (line) => {
    if (!isGreeting(line)) process.stdout.write(`${line}\n`);
  });
  return {
    child,
    events,
    onEvent(next_) {
      listener = next_;
    },
  };
}

function gcFlagsOf(mode: WebOptions['mode']): readonly string[] {
  const major = Number(process.versions.node.split('.')[0]);
  return mode === 'start' && major >= GC_FLAGS_SINCE ? GC_FLAGS : [];
}

async function eachLine(lines: AsyncIterable<string>, take: (line: string) => unknown): Promise<void> {
  for await (const line of lines) take(line);
}
