/**
 * Ends this process when its standard input closes. The parent holds the other end, which closes even when the parent is
 * killed. SIGTERM ends it too; SIGINT is left to the parent.
 * @param close releases what the process holds; the process exits even if it fails
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
