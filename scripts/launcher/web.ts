import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { isGreeting, parseEvent, type WebEvent } from './events.ts';

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
  host: string;
  port: number;
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

/**
 * `next start` tells its events through a pipe of its own. `next dev` hands no such pipe on to its worker, so there they
 * come among the lines of its output.
 */
export function startWeb({ folder, mode, host, port, env }: WebOptions): Web {
  const hasEvents = mode === 'start';
  const next = join(folder, 'node_modules/next/dist/bin/next');
  const child = startChild({
    name: 'The app',
    command: [process.execPath, ...collectorOf(mode), next, mode, '--hostname', host, '--port', String(port)],
    cwd: folder,
    env: { ...env, PLANT_LAUNCHER_PIPE: '1', PLANT_LAUNCHER_FD: hasEvents ? '3' : '1' },
    hasEvents,
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
    if (!hasEvents && take(line)) return;
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
