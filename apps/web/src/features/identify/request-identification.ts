import type { AppRouter } from '@plantcommunity/api';
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  isNonJsonSerializable,
  splitLink,
} from '@trpc/client';
import type { Identification, ProgressEvent } from '../../lib/wire.ts';
import { followProgress } from './follow-progress.ts';
import { uploadFetch } from './upload-fetch.ts';

const URL_PATH = '/api/trpc';
/** Longer than the server's own deadline: 45 s, or the provider timeout (60 s at most) plus 5 s. */
const ANSWER_TIMEOUT_MS = 75_000;

export interface Asking {
  /** A UUID: the request's id, and the name under which its progress is followed. */
  requestId: string;
  photo: File;
  signal: AbortSignal;
  onUpload: (sent: number, total: number) => void;
  /** `at`: time of the event, in epoch milliseconds of this device. */
  onProgress: (event: ProgressEvent, at: number) => void;
}

/**
 * Sends a photo and follows its work until the answer is there. The steps come over a subscription of their own, for an
 * answer to an upload cannot stream; when they do not come, the answer still does.
 */
export async function ask({ requestId, photo, signal, onUpload, onProgress }: Asking): Promise<Identification> {
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
