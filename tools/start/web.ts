import { join } from 'node:path';
import { type Child, script, startChild } from './child.ts';

/** What the web process tells the launcher, one JSON object a line. */
export type WebEvent =
  | { type: 'admin'; email: string; password?: string }
  | { type: 'notice'; text: string }
  | { type: 'ready' };

/** Undefined for a line that is something else, such as a log entry. */
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

/** Next's own greeting, which says nothing that the launcher does not say. */
export function isGreeting(line: string): boolean {
  return /^\s*$|^\s*(?:▲|✓|○|- (?:Local|Network|Environments|Experiments))/.test(line);
}

/** The web process and what it has told so far. */
export interface Web {
  child: Child;
  events: readonly WebEvent[];
  /** From now on events are handed over as they come. */
  onEvent(listener: (event: WebEvent) => void): void;
}

interface WebOptions {
  /** Of the web app. */
  folder: string;
  mode: 'start' | 'dev';
  env: NodeJS.ProcessEnv;
}

/**
 * Uploads leave megabytes beside V8's heap that live a moment, and by itself V8 marks the whole heap for every 64 MB of
 * them. Counted as part of a heap that may grow to 128 MB first, they go with the young: measured, a photo of 5 MB is
 * read in half the time.
 */
const COLLECTOR = ['--external-memory-accounted-in-global-limit', '--initial-old-space-size=128'];
/** The first Node whose V8 knows both. */
const COLLECTOR_SINCE = 24;

/** Starts the web process, which sends its events through a pipe. */
export function startWeb({ folder, mode, env }: WebOptions): Web {
  const [node, ...args] = script(join(folder, 'server.ts'));
  const child = startChild({
    name: 'The app',
    command: [node, ...collectorOf(mode), ...args],
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

function collectorOf(mode: WebOptions['mode']): readonly string[] {
  const major = Number(process.versions.node.split('.')[0]);
  return mode === 'start' && major >= COLLECTOR_SINCE ? COLLECTOR : [];
}

async function eachLine(lines: AsyncIterable<string>, take: (line: string) => unknown): Promise<void> {
  for await (const line of lines) take(line);
}
