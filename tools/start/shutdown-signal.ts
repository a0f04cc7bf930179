const PARENT_POLL_MS = 300;

/** Thrown when the run was asked to end, which is no failure. */
export class ShutdownRequested extends Error {
  override readonly name = 'Ended';
}

/**
 * Returns a signal that aborts when the run should end: after SIGTERM, SIGHUP or Ctrl-C, or when the parent process has
 * ended. A second Ctrl-C calls `onForced`.
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

/** Returns the result of the work. @throws {ShutdownRequested} if the run should end first */
export function unlessShutdown<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new ShutdownRequested());
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
