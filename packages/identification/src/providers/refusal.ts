import { redactAndCut } from '@plantcommunity/telemetry';
import { ProviderError, type ProviderErrorType, type ProviderName, type RejectedPart } from '../types.ts';
import type { Reply } from './exchange.ts';
import { plainText } from './plain-text.ts';
import { retryAfterMs } from './retry-after.ts';

const EXCERPT = 100;

/** Kind of a refusal. `rejected`: the part of the request that was rejected, for type `rejected`. */
export interface ErrorReason {
  type: ProviderErrorType;
  rejected?: RejectedPart | undefined;
}

/**
 * The error for an answer outside 2xx. Its message is for our log: the status and the start of the body, from which
 * `secret` is taken out before it is cut (half a key is a leak too). `periodEndsAt`: when the provider counts anew, in
 * milliseconds since 1970.
 */
export function providerErrorFrom(
  provider: ProviderName,
  { type, rejected }: ErrorReason,
  reply: Reply,
  context: { secret: string; now: number; periodEndsAt: number },
): ProviderError {
  const excerpt = redactAndCut(plainText(withoutSecret(reply.text, context.secret), 5 * EXCERPT) ?? '', EXCERPT);
  return new ProviderError(provider, type, `HTTP ${reply.status}${excerpt ? `: ${excerpt}` : ''}`, {
    status: reply.status,
    rejected,
    // 402 lasts until the next quota period, regardless of what Retry-After says.
    retryAfterMs:
      reply.status === 402
        ? context.periodEndsAt - context.now
        : retryAfterMs(reply.headers.get('retry-after'), context.now),
  });
}

function withoutSecret(text: string, secret: string): string {
  if (!secret) return text;
  return text.replaceAll(secret, '[redacted]').replaceAll(encodeURIComponent(secret), '[redacted]');
}
