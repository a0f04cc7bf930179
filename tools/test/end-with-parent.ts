import { shutdownSignal } from '../start/shutdown-signal.ts';

/**
 * Ends this process and the tools it runs when it is told to end or whoever started it is gone. Services end by
 * themselves: their pipe closes.
 */
export function endWithParent(): void {
  const exit = () => process.exit(130);
  shutdownSignal(exit).addEventListener('abort', () => {
    try {
      process.kill(-process.pid, 'SIGTERM');
    } finally {
      exit();
    }
  });
}
