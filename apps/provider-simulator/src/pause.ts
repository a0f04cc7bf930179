import { setTimeout as sleep } from 'node:timers/promises';

/** @throws when the other end leaves meanwhile */
export async function pause(ms: number, gone: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal: gone });
}
