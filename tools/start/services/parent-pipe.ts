/**
 * Ends this process when its standard input closes: the parent holds the other end, so that happens even when the parent
 * is killed. SIGTERM does the same; SIGINT is the parent's to act on.
 * @param close gives back what the process holds; the exit follows in any case
 */
export function endWithParentPipe(close: () => Promise<void> | void): void {
  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    try {
      await close();
    } finally {
      process.exit();
    }
  };
  process.stdin.on('end', () => void end());
  process.stdin.on('error', () => void end());
  process.stdin.resume();
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => {});
}
