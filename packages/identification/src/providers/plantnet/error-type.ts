import type { ProviderErrorType, RejectedPart } from '../../types.ts';
import { errorBody } from './response.ts';

/**
 * Classifies a status outside 2xx: 429 means the daily quota is used up, 402 the plan's, and 404 a rejected request
 * unless its message says that no species matches. 408 and 425 are about the connection, not about the request.
 */
export function errorTypeOf(status: number): ProviderErrorType {
  if (status === 402 || status === 429) return 'quota';
  if (status === 401 || status === 403) return 'misconfigured';
  if (status === 408 || status === 425) return 'failed';
  return status >= 400 && status < 500 ? 'rejected' : 'failed';
}

/** Statuses of a missing route: the configured URL of the service is wrong, which no caller can fix. */
const NOT_OF_THE_REQUEST: ReadonlySet<number> = new Set([404, 405, 410]);

/** Returns the part of the request that a `rejected` answer is about; undefined when it is not about the request. */
export function rejectedPart(status: number, text: string): RejectedPart | undefined {
  const message = messageOf(text) ?? '';
  if (/project/i.test(message)) return 'project';
  if (NOT_OF_THE_REQUEST.has(status)) return undefined;
  if (/organ/i.test(message)) return 'organs';
  return status === 413 || status === 415 || /image|file/i.test(message) ? 'image' : 'request';
}

/** 404 has two meanings, told apart by the message only; the other is an unknown project. */
export function meansNoPlant(status: number, text: string): boolean {
  return status === 404 && messageOf(text)?.trim().toLowerCase() === 'species not found';
}

function messageOf(text: string): string | undefined {
  try {
    return errorBody.safeParse(JSON.parse(text)).data?.message;
  } catch {
    return undefined;
  }
}
