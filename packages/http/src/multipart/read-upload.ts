import { type Clock, systemClock } from '@plantcommunity/resilience';
import { readChunks } from '../body/paced-reader.ts';
import { malformed } from '../errors.ts';
import { createFormReader, maxUploadBytes, type Upload, type UploadForm, uploadTooLarge } from './form.ts';
import { boundaryOf } from './header-value.ts';
import { createPartSplitter } from './part-splitter.ts';
import type { HeldMemory } from './upload-memory.ts';

/** Maximum bytes that are read before the caller is known to be admitted: the size of a photo that a phone has shrunk. */
const EARLY_BYTES = 256 * 1024;

/** Matches the registered compressions. Clients that send other words, such as `utf-8`, do not compress. */
const COMPRESSED = /\b(?:br|compress|deflate|gzip|zstd)\b/i;

interface ReadOptions {
  /** Aborts when the caller leaves: the body is cancelled and the signal's reason thrown. */
  signal?: AbortSignal;
  /** Whether the caller is admitted, while that is checked: at most 256 kB are read before, nothing after false. */
  admitted?: Promise<boolean> | undefined;
  /** Counts the bytes that arrive; the caller of `readUpload` releases it. */
  memory?: HeldMemory;
  clock?: Clock;
  /** The request's Content-Encoding. */
  contentEncoding?: string | null;
}

/**
 * Reads a multipart/form-data upload (RFC 7578) while it arrives: never more than the limits allow, photos hashed on
 * the way. Text fields are returned unchecked. After a refusal the rest of the body stays unread on the connection,
 * which the request guard closes after the answer.
 * @throws {HttpError}
 */
export async function readUpload(
  body: ReadableStream<Uint8Array> | null,
  contentType: string | null,
  contentLength: string | null,
  form: UploadForm,
  { admitted, clock = systemClock, contentEncoding, memory, signal }: ReadOptions = {},
): Promise<Upload> {
  signal?.throwIfAborted();
  if (body === null) throw malformed('The upload has no body.');
  if (COMPRESSED.test(contentEncoding ?? '')) {
    throw malformed('The upload has a Content-Encoding of compressed data; please send it without compression.');
  }
  const maxBytes = maxUploadBytes(form);
  try {
    const declared = declaredLength(contentLength);
    const reader = createFormReader(form, declared);
    const splitter = createPartSplitter(boundaryOf(contentType), reader);
    if (declared !== undefined && declared > maxBytes) throw uploadTooLarge(declared, form);
    let received = 0;
    let pending = admitted;
    const take = (chunk: Buffer) => {
      received += chunk.length;
      if (received > maxBytes) throw uploadTooLarge(undefined, form);
      const room = memory?.take(chunk.length);
      if (room !== undefined) return room.then(() => keep(chunk));
      return keep(chunk);
    };
    const keep = (chunk: Buffer) => {
      splitter.push(chunk);
      if (pending === undefined || received < EARLY_BYTES) return undefined;
      const admission = pending;
      pending = undefined;
      return admission;
    };
    await readChunks(body, take, { admitted, signal }, clock);
    splitter.finish();
    return reader.finish();
  } catch (error) {
    if (signal?.aborted === true) void body.cancel(signal.reason).catch(() => {});
    throw error;
  }
}

function declaredLength(contentLength: string | null): number | undefined {
  if (contentLength === null) return undefined;
  if (!/^\d{1,15}$/.test(contentLength)) throw malformed('The Content-Length of the upload is not a number.');
  return Number(contentLength);
}
