import { listenForEnd } from '../start/shutdown-signal.ts';

/**
 * Ends this process and the tools it runs when it is told to end or whoever started it is gone. Services end by
 * themselves: their pipe closes.
 */
export function endWithChain(): void {
  const exit = () => process.exit(130);
  listenForEnd(exit).addEventListener('abort', () => {
    try {
      process.kill(-process.pid, 'SIGTERM');
    } finally {
      exit();
    }
  });
}
