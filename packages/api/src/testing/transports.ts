import { z } from 'zod';
import type { Api } from '../api.ts';
import type { NamespaceName } from './all-procedures.ts';

interface Sent {
  namespace?: NamespaceName;
  /** A stream needs its Content-Type among the headers. */
  body?: FormData | string | ReadableStream<Uint8Array>;
  headers?: Record<string, string>;
  /** Leaves out the headers of our own page, like a program. */
  notOurPage?: boolean;
  signal?: AbortSignal;
}

/** The response to a call of identify, in the same form for both transports. */
interface Received {
  status: number;
  headers: Headers;
  /** The body of a success or error. */
  body: Record<string, unknown>;
  /** The error code, in v1 and tRPC. */
  code: unknown;
  detail: unknown;
}

export const PHOTO = Buffer.from('photo bytes');

/** Creates an upload, of one photo by default. */
export function upload(fields: Record<string, string | string[]> = {}, photos: readonly Buffer[] = [PHOTO]): FormData {
  const form = new FormData();
  for (const [index, photo] of photos.entries()) {
    form.append('image', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), `photo-${index}.jpg`);
  }
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) form.append(name, value);
  }
  return form;
}

const ORIGIN = 'http://localhost:3000';
/** Headers that browsers add to requests from our own page. */
const OWN_PAGE = { 'Sec-Fetch-Site': 'same-origin' };

function post(path: string, { body = upload(), headers = {}, notOurPage = false, signal }: Sent): Request {
  return new Request(ORIGIN + path, {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { ...(notOurPage ? {} : OWN_PAGE), ...headers },
    ...(signal && { signal }),
  });
}

const object = z.record(z.string(), z.unknown());
const trpcBody = z.object({
  result: z.object({ data: object }).optional(),
  error: z.object({ message: z.string(), data: object }).optional(),
});

async function overRest(api: Api, sent: Sent): Promise<Received> {
  const base = sent.namespace === 'legacy' ? '/api' : '/api/v1';
  const response = await api.rest(post(`${base}/plant-identification/identify`, sent));
  const body = object.parse(await response.json());
  const { code, detail } = body;
  return { status: response.status, headers: response.headers, body, code, detail: detail ?? body['error'] };
}

async function overTrpc(api: Api, sent: Sent): Promise<Received> {
  const path = `/api/trpc/${sent.namespace ?? 'v1'}.plantIdentification.identify`;
  const response = await api.trpc(post(path, sent));
  const { error, result } = trpcBody.parse(await response.json());
  const body = result?.data ?? error?.data ?? {};
  return { status: response.status, headers: response.headers, body, code: body['code'], detail: error?.message };
}

/** Both transports, for `describe.each`. */
export const transports = [
  ['REST', overRest],
  ['tRPC', overTrpc],
] as const;
