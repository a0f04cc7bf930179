import { problemOf } from '../../../lib/problem.ts';
import { takeStreamSlot } from '../../../lib/stream-slots.ts';
import type { trpc } from '../../../lib/trpc.tsx';
import type { Overview } from '../../../lib/wire.ts';
import type { StreamHandlers } from './shared-overview.ts';

/** Time limit of one poll. */
const POLL_TIMEOUT_MS = 10_000;

type Client = ReturnType<typeof trpc.useUtils>['client'];

/**
 * Opens the stream of the overview, if the browser has a connection to spare. tRPC would reconnect by itself, without a
 * growing delay; here the first error ends the stream.
 *
 * @returns a function that closes it
 */
export function openOverviewStream(
  client: Client,
  viewer: string,
  lastEventId: string | undefined,
  { onEnd, onEvent }: StreamHandlers,
): () => void {
  const closing = new AbortController();
  const { signal } = closing;
  const end: StreamHandlers['onEnd'] = (how) => {
    if (signal.aborted) return;
    closing.abort();
    onEnd(how);
  };
  const fail = (error: unknown) => end(isNotFound(error) ? 'refused' : 'failed');
  const open = async () => {
    // Without Web Locks the stream is opened without a slot: each visible tab has one.
    const slot = await takeStreamSlot(signal);
    if (signal.aborted) return;
    if (slot === 'taken') return end('no_slot');
    const following = client.v1.admin.overview.watch.subscribe(
      { viewer, ...(lastEventId !== undefined && { lastEventId }) },
      {
        onData: ({ data, id }) => onEvent(data, id),
        onError: fail,
        onComplete: () => end('ended'),
        onConnectionStateChange: ({ error }) => {
          if (error !== null) fail(error);
        },
      },
    );
    signal.addEventListener('abort', () => following.unsubscribe(), { once: true });
    if (signal.aborted) following.unsubscribe();
  };
  void open().catch(fail);
  return () => closing.abort();
}

/** Asks for the overview once. @throws when no answer comes in time */
export async function pollOverview(client: Client, viewer: string): Promise<Overview | 'refused'> {
  try {
    const signal = AbortSignal.timeout(POLL_TIMEOUT_MS);
    return await client.v1.admin.overview.get.query({ viewer }, { signal });
  } catch (error) {
    if (isNotFound(error)) return 'refused';
    throw error;
  }
}

const isNotFound = (error: unknown): boolean => problemOf(error)?.code === 'not_found';
