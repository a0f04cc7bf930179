import type { AppRouter } from '@plantcommunity/api';
import { uploadFetch } from '@plantcommunity/client/upload-fetch';
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  isNonJsonSerializable,
  splitLink,
  type TRPCClient,
} from '@trpc/client';
import { isVisible, watchVisibility } from '../../lib/device.ts';
import { takeStreamSlot } from '../../lib/stream-slots.ts';
import type { Identification, ProgressEvent } from '../../lib/wire.ts';

const URL_PATH = '/api/trpc';
/** Longer than the server's own deadline: 45 s, or the provider timeout (60 s at most) plus 5 s. */
const ANSWER_TIMEOUT_MS = 75_000;

interface IdentificationRequest {
  /** UUID of the request, which also names its progress stream. */
  requestId: string;
  photo: File;
  signal: AbortSignal;
  onUpload: (sent: number, total: number) => void;
  /** `at`: time of the event, in epoch milliseconds of this device. */
  onProgress: (event: ProgressEvent, at: number) => void;
}

/**
 * Sends a photo, follows its progress, and returns the answer. Progress uses a separate subscription, because the answer
 * to an upload cannot stream; the answer does not depend on it.
 */
export async function requestIdentification({
  requestId,
  photo,
  signal,
  onUpload,
  onProgress,
}: IdentificationRequest): Promise<Identification> {
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({ url: URL_PATH }),
        false: splitLink({
          condition: (operation) => isNonJsonSerializable(operation.input),
          true: httpLink({
            url: URL_PATH,
            headers: { 'X-Request-Id': requestId },
            fetch: uploadFetch({ onUpload, answerTimeoutMs: ANSWER_TIMEOUT_MS }),
          }),
          false: httpBatchLink({ url: URL_PATH }),
        }),
      }),
    ],
  });
  const { identify, progress } = client.v1.plantIdentification;
  // Some embedded browsers have no server-sent events.
  const unfollow = 'EventSource' in globalThis ? followProgress({ requestId, progress, onProgress }) : undefined;
  try {
    const form = new FormData();
    form.append('image', photo);
    return await identify.mutate(form, { signal });
  } finally {
    unfollow?.();
  }
}

type Client = TRPCClient<AppRouter>['v1']['plantIdentification'];

interface Follow {
  requestId: string;
  /** Subscription of the API to the steps of one identification. */
  progress: Pick<Client['progress'], 'subscribe'>;
  /** `at`: time of the event, in epoch milliseconds of this device. */
  onProgress: (event: ProgressEvent, at: number) => void;
}

/**
 * Follows the steps of one identification while the page is visible and the browser has a free connection. The stream
 * closes when the page is hidden, and resumes after its last event when the page is shown again.
 *
 * @returns a function that stops following
 */
export function followProgress({ requestId, progress, onProgress }: Follow): () => void {
  let stream: AbortController | undefined;
  let lastEventId: string | undefined;
  /** Start of the server's clock for this run; it dates events that arrive late because the page was hidden. */
  let startedAt = Number.POSITIVE_INFINITY;

  const open = async (signal: AbortSignal) => {
    // Without Web Locks the stream is opened without a slot: it ends within a minute.
    if ((await takeStreamSlot(signal)) === 'taken' || signal.aborted) return;
    const following = progress.subscribe(
      { requestId, ...(lastEventId !== undefined && { lastEventId }) },
      {
        onData({ id, data }) {
          lastEventId = id;
          startedAt = Math.min(startedAt, Date.now() - data.at);
          onProgress(data, startedAt + data.at);
        },
      },
    );
    signal.addEventListener('abort', () => following.unsubscribe(), { once: true });
  };
  const openOrClose = () => {
    if (isVisible() === (stream !== undefined)) return;
    stream?.abort();
    stream = isVisible() ? new AbortController() : undefined;
    if (stream !== undefined) void open(stream.signal);
  };

  openOrClose();
  const unwatch = watchVisibility(openOrClose);
  return () => {
    unwatch();
    stream?.abort();
  };
}

/**
 * Returns a random UUID (version 4). `crypto.randomUUID` is missing on plain http, unlike `crypto.getRandomValues`, and
 * people reach the page under addresses such as `http://192.168.1.20:3000`.
 */
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  // RFC 9562, section 5.4: the version and the variant.
  const marked = bytes.map((byte, index) => {
    if (index === 6) return (byte & 0x0f) | 0x40;
    return index === 8 ? (byte & 0x3f) | 0x80 : byte;
  });
  const hex = Array.from(marked, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
