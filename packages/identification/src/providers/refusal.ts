import { redactAndCut } from '@plantcommunity/telemetry';
import { ProviderError, type ProviderErrorKind, type ProviderName, type Rejected } from '../provider.ts';
import type { Reply } from './exchange.ts';
import { plainText } from './plain-text.ts';
import { retryAfterMs } from './retry-after.ts';

const EXCERPT = 100;

/** `rejected`: what of the request a provider refused, when it is that. */
export interface RefusalReason {
  kind: ProviderErrorKind;
  rejected?: Rejected | undefined;
}

/**
 * The error for an answer outside 2xx. Its message is for our log: the status and the start of the body, from which
 * `secret` is taken out before it is cut (half a key is a leak too).
 */
export function refusal(
  provider: ProviderName,
  { kind, rejected }: RefusalReason,
  reply: Reply,
  context: { secret: string; now: number },
): ProviderError {
  const excerpt = redactAndCut(plainText(withoutSecret(reply.text, context.secret), 5 * EXCERPT) ?? '', EXCERPT);
  return new ProviderError(provider, kind, `HTTP ${reply.status}${excerpt ? `: ${excerpt}` : ''}`, {
    status: reply.status,
    rejected,
    retryAfterMs: retryAfterMs(reply.headers.get('retry-after'), context.now),
  });
}

function withoutSecret(text: string, secret: string): string {
  if (!secret) return text;
  return text.replaceAll(secret, '[redacted]').replaceAll(encodeURIComponent(secret), '[redacted]');
}
