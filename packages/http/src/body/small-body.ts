import { HttpError } from '../errors.ts';
import { BODY_TIME_LIMIT_MS, currentBody } from './watch-body.ts';

export const SMALL_BODY_BYTES: number = 64 * 1024;

/**
 * Reads a body that is not an upload, at most 64 kB. The rest stays unread on the connection, which can still carry the
 * answer.
 * @throws {HttpError} `invalid_request` beyond 64 kB or for tiny chunks, `upload_stalled` when it takes too long
 */
export async function readSmallBody(body: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  const watched = currentBody();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = body.getReader();
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- chunks arrive one after the other
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
      if (bytes > SMALL_BODY_BYTES) throw new HttpError('invalid_request', 'The body is larger than 64 kB.');
      chunks.push(value);
    }
  } finally {
    reader.releaseLock();
  }
  if (watched?.fault === 'tiny_chunks') {
    throw new HttpError('invalid_request', 'The body arrives in chunks of less than 64 bytes on average.');
  }
  if (watched?.fault === 'slow') {
    throw new HttpError('upload_stalled', `The body took longer than ${BODY_TIME_LIMIT_MS / 1_000} seconds.`);
  }
  return Buffer.concat(chunks);
}

/** Matches the media type; parameters do not count, since JSON is always UTF-8 (RFC 8259, 8.1). */
const JSON_TYPE = /^\s*application\/json\s*(;|$)/i;

/**
 * Reads a JSON body of at most 64 kB; the value is not validated.
 * @throws {HttpError} `invalid_request` when it is larger, not JSON, or not sent as `application/json`
 */
export async function readJsonBody(
  body: ReadableStream<Uint8Array> | null,
  contentType: string | null,
): Promise<unknown> {
  if (!JSON_TYPE.test(contentType ?? '')) {
    throw new HttpError('invalid_request', 'The body must be JSON, sent as application/json.');
  }
  return parseJson(await readSmallBody(body));
}

/** Parses UTF-8 JSON. @throws {HttpError} `invalid_request` */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new HttpError('invalid_request', 'The body is not valid JSON.', { cause });
  }
}
