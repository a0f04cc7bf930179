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
 * `next start` tells its events through a pipe of its own. `next dev` hands no such pipe on to its worker, so there they
 * come among the lines of its output.
 */
export function startWeb({ folder, mode, host, port, env }: WebOptions): Web {
  const hasEvents = mode === 'start';
  const next = join(folder, 'node_modules/next/dist/bin/next');
  const child = startChild({
    name: 'The app',
    command: [process.execPath, next, mode, '--hostname', host, '--port', String(port)],
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

async function eachLine(lines: AsyncIterable<string>, take: (line: string) => unknown): Promise<void> {
  for await (const line of lines) take(line);
}
