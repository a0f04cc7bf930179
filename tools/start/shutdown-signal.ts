const PARENT_POLL_MS = 300;

/** The run was asked to end; nothing went wrong. */
export class ShutdownRequested extends Error {
  override readonly name = 'Ended';
}

/**
 * Aborts once the run should end: at a signal, or when the process that started us is gone. A second Ctrl-C cannot wait
 * and calls `onForced`.
 */
export function shutdownSignal(onForced: () => void): AbortSignal {
  const ending = new AbortController();
  const end = () => ending.abort(new ShutdownRequested());
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);
  process.on('SIGINT', () => {
    if (ending.signal.aborted) onForced();
    else end();
  });
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) end();
  }, PARENT_POLL_MS);
  timer.unref();
  return ending.signal;
}

/** The work's result, unless the run should end first. */
export function unlessShutdown<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new ShutdownRequested());
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
