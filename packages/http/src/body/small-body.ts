import { HttpError } from '../errors.ts';
import { currentBody } from './arriving-body.ts';
import { BODY_TIME_LIMIT_MS } from './watch-body.ts';

export const SMALL_BODY_BYTES: number = 64 * 1024;

/**
 * Reads a body that is not an upload, at most 64 kB. The rest stays unread on the connection, which can still carry the
 * answer.
 * @throws {HttpError} `invalid_request` beyond 64 kB or for tiny chunks, `upload_stalled` when it takes too long
 */
export async function readSmallBody(body: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  const arriving = currentBody();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = body.getReader();
  try {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- they come one after the other
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.length;
      if (bytes > SMALL_BODY_BYTES) throw new HttpError('invalid_request', 'The body is larger than 64 kB.');
      chunks.push(value);
    }
  } finally {
    reader.releaseLock();
  }
  if (arriving?.fault === 'tiny_chunks') {
    throw new HttpError('invalid_request', 'The body arrives in chunks of less than 64 bytes on average.');
  }
  if (arriving?.fault === 'slow') {
    throw new HttpError('upload_stalled', `The body took longer than ${BODY_TIME_LIMIT_MS / 1_000} seconds.`);
  }
  return Buffer.concat(chunks);
}
