import type { Clock } from '@plantcommunity/resilience';

const MAX_MS = 30_000;

/**
 * Reads on and throws away, so that a client that is still sending gets to read its answer: a server that closes
 * while bytes are under way resets the connection, and the answer is lost with it. Ends after `maxBytes` or 30
 * seconds; who sends more than that is cut off.
 */
export function drain(body: ReadableStream<Uint8Array>, maxBytes: number, clock: Clock): void {
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  const cancelTimer = clock.setTimeout(stop, MAX_MS);

  async function readOn(): Promise<void> {
    let left = maxBytes;
    while (left > 0) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.length;
    }
    stop();
  }

  // A body that breaks off is nobody's loss any more.
  void readOn()
    .catch(() => {})
    .finally(cancelTimer);
}
