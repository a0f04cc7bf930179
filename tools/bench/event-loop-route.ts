import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between two looks at the event loop, which count as delay. */
const RESOLUTION_MS = 1;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

/**
 * Answers how long the event loop of the app was blocked at most since the last request, in milliseconds. Added to the
 * bench's own build of the web app and to no other.
 */
export async function POST(): Promise<Response> {
  const longestMs = Math.max(0, delay.max / 1_000_000 - RESOLUTION_MS);
  delay.reset();
  return new Response(String(longestMs));
}
