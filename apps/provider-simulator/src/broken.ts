import type { Breakage, Fault } from './faults.ts';
import { pause } from './pause.ts';
import type { Answer } from './server.ts';

/** As long as timers can wait: until the caller leaves. */
const FOR_EVER_MS = 2 ** 31 - 1;

/**
 * An answer that is lost on its way. The identification was made and paid all the same, and can be asked for again,
 * unless the fault says `before`: then it has not been made when its answer is lost.
 */
export async function broken(
  fault: Fault & { breaks: Breakage },
  answer: () => Promise<Response>,
  gone: AbortSignal,
): Promise<Answer> {
  const { before = false, breaks, latencyMs } = fault;
  if (breaks !== 'hang') await pause(latencyMs ?? 0, gone);
  const made = before ? undefined : await answer();
  switch (breaks) {
    case 'hang':
      await pause(latencyMs ?? FOR_EVER_MS, gone);
      return { response: made ?? (await answer()) };
    case 'reset':
      return { response: new Response(null), cut: 'at_once' };
    case 'malformed':
      return { response: new Response('<html><title>200 OK</title>', { headers: { 'Content-Type': 'text/html' } }) };
    case 'truncated':
      return { response: made ?? Response.json({ access_token: 'cut', result: {} }), cut: 'halfway' };
  }
}
