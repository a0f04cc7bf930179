import { ApiError } from '../errors/api-error.ts';

export const SMALL_BODY_BYTES = 64 * 1024;

/** A body that is no upload, never more than 64 kB of it. @throws {ApiError} `invalid_request` beyond that */
export async function readSmallBody(body: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > SMALL_BODY_BYTES) throw new ApiError('invalid_request', 'The body is larger than 64 kB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
