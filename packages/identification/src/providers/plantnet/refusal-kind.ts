import type { ProviderErrorKind } from '../../provider.ts';
import { errorBody } from './response.ts';

/**
 * What a status outside 2xx means: 429 is the day's quota, 402 the plan's, and 404 a refusal unless it says that no
 * species fits. 408 and 425 are about the connection, not about what was asked.
 */
export function refusalKind(status: number): ProviderErrorKind {
  if (status === 402 || status === 429) return 'quota';
  if (status === 401 || status === 403) return 'misconfigured';
  if (status === 408 || status === 425) return 'failed';
  return status >= 400 && status < 500 ? 'rejected' : 'failed';
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
