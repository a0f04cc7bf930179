import { type Clock, systemClock } from '@plantcommunity/resilience';
import { malformed } from '../errors.ts';
import { boundaryOf } from './boundary.ts';
import { eachChunk } from './chunks.ts';
import { createFormReader, type Upload, type UploadForm } from './form.ts';
import { createPartSplitter } from './part-splitter.ts';
import { mostBytes, uploadTooLarge } from './size.ts';
import type { HeldMemory } from './upload-memory.ts';

/** How much of an upload is read before its caller is known to be let in: a photo as phones shrink them. */
const EARLY_BYTES = 256 * 1024;

/** Matches the registered compressions. Clients that send other words, such as `utf-8`, do not compress. */
const COMPRESSED = /\b(?:br|compress|deflate|gzip|zstd)\b/i;

interface Reading {
  /** The caller's leaving: the body is cancelled and the signal's reason thrown. */
  signal?: AbortSignal;
  /**
   * Whether the caller is let in, when that is still being asked: no more than 256 kB are read before, none after a no.
   */
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
  { admitted, clock = systemClock, contentEncoding, memory, signal }: Reading = {},
): Promise<Upload> {
  signal?.throwIfAborted();
  if (body === null) throw malformed('The upload has no body.');
  if (COMPRESSED.test(contentEncoding ?? '')) {
    throw malformed('The upload has a Content-Encoding of compressed data; please send it without compression.');
  }
  const most = mostBytes(form);
  try {
    const declared = declaredLength(contentLength);
    const reader = createFormReader(form, declared);
    const splitter = createPartSplitter(boundaryOf(contentType), reader);
    if (declared !== undefined && declared > most) throw uploadTooLarge(declared, form);
    let received = 0;
    let awaited = admitted;
    const take = (chunk: Buffer) => {
      received += chunk.length;
      if (received > most) throw uploadTooLarge(undefined, form);
      const room = memory?.take(chunk.length);
      if (room !== undefined) return room.then(() => keep(chunk));
      return keep(chunk);
    };
    const keep = (chunk: Buffer) => {
      splitter.push(chunk);
      if (awaited === undefined || received < EARLY_BYTES) return undefined;
      const answer = awaited;
      awaited = undefined;
      return answer;
    };
    await eachChunk(body, take, { admitted, signal }, clock);
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
