import { z } from 'zod';
import { invalidRequest } from '../../errors/to-api-error.ts';

/** Name of the request header, also in errors about it. */
export const IDEMPOTENCY_KEY = 'Idempotency-Key';

/**
 * A key as clients send it: a string of structured fields, in double quotes, as the draft of the header asks
 * (draft-ietf-httpapi-idempotency-key-header), or bare, as most clients do. Both forms name the same request. A comma would
 * be that of two fields.
 */
export const idempotencyKey = z
  .string()
  .regex(/^(?:[!#-+\--[\]-~]{1,255}|"[!#-+\--[\]-~]{1,255}")$/, {
    error: 'must be 1 to 255 visible ASCII characters without commas, quotes and backslashes, such as a UUID',
  })
  .meta({
    description:
      'Makes a repetition of the request safe: for 24 hours the same key with the same photos and options gets the ' +
      'first answer, with Idempotent-Replayed, and costs no credit. A repetition is counted against the rate limit first ' +
      'and then given back, at most twice the limit in a window; over the limit it gets 429. ' +
      'Choose a new key, such as a UUID, for each request',
    example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
  });

/** Returns the key of a request without quotes. @throws {ApiError} `invalid_request` */
export function readIdempotencyKey(sent: string | undefined): string | undefined {
  if (sent === undefined) return undefined;
  const { data, error } = z.object({ [IDEMPOTENCY_KEY]: idempotencyKey }).safeParse({ [IDEMPOTENCY_KEY]: sent });
  if (error !== undefined) throw invalidRequest(error);
  return data[IDEMPOTENCY_KEY]?.replaceAll('"', '');
}
