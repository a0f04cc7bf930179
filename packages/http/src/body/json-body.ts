import { HttpError } from '../errors.ts';
import { readSmallBody } from './small-body.ts';

/** Anything after the `;` is a parameter; JSON is UTF-8 whatever it says (RFC 8259, 8.1). */
const JSON_TYPE = /^\s*application\/json\s*(;|$)/i;

/**
 * The JSON of a request, as anything at all, never more than 64 kB of it.
 * @throws {HttpError} `invalid_request` when it is larger, no JSON, or not sent as `application/json`
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

/** @throws {HttpError} `invalid_request` for what is no JSON */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new HttpError('invalid_request', 'The body is not valid JSON.', { cause });
  }
}
