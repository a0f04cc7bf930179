import { endOf } from '../../quotas/periods.ts';
import type { UsageReport, WindowUsage } from '../../quotas/types.ts';
import type { ProviderAnswer, ProviderRequest, RejectedPart } from '../../types.ts';
import type { ClientOptions, ProviderClient, ProviderDefinition, RecallId } from '../definition.ts';
import { createExchange, type ExchangeRequest, providerErrorFrom, type Reply, readBody } from '../exchange.ts';
import { ProviderError, type ProviderErrorType } from '../provider-error.ts';
import { windowUsage } from '../usage-report.ts';
import { toAnswer } from './answer.ts';
import { deleteRequest, identifyRequest, ratingRequest, recallRequest, usageRequest } from './request.ts';
import { created, type PlantIdUsage, recalled, usage } from './response.ts';

/** Maximum difference between our clock and the provider's. */
const CLOCK_SKEW_MS = 86_400_000;

/** Creates a client of the Plant.id API v3 by Kindwise. Each identification is one paid call. */
export function createPlantIdClient(
  { apiKey, baseUrl, timeoutMs, clock, sendTraceparent = false }: ClientOptions,
  { name, quotaPeriod }: Pick<ProviderDefinition, 'name' | 'quotaPeriod'>,
): ProviderClient {
  const base = new URL(baseUrl);
  const exchange = createExchange({ provider: name, timeoutMs, clock, sendTraceparent });

  const accepted = (reply: Reply): string => {
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    const type = errorTypeOf(reply.status, reply.text);
    const rejected = type === 'rejected' ? rejectedPart(reply.status, reply.text) : undefined;
    throw providerErrorFrom(name, { type, rejected, isUnpaid: meansUnpaid(reply.text) }, reply, {
      secret: apiKey,
      now: clock.now(),
      periodEndsAt: endOf(quotaPeriod, clock.now()),
    });
  };

  /** Returns the paid answer of an earlier call under the same recall id; undefined if there is none. */
  async function recall(
    request: ProviderRequest,
    { customId, sentAt }: RecallId,
    signal: AbortSignal,
  ): Promise<ProviderAnswer | undefined> {
    if (sentAt === undefined) return undefined;
    const reply = await exchange(recallRequest(base, apiKey, request, customId), signal);
    if (reply.status === 404) return undefined;
    const { access_token, created: madeSeconds, result } = readBody(name, accepted(reply), recalled);
    // There are only 2^31 ids: a result that was made long before our call was sent belongs to another photo.
    const madeAt = madeSeconds === undefined || madeSeconds === null ? sentAt : madeSeconds * 1_000;
    if (madeAt < sentAt - CLOCK_SKEW_MS || !result) return undefined;
    return withCopy(toAnswer(result), access_token);
  }

  /** Sends a request about a copy. Succeeds also when Plant.id keeps it no longer. */
  async function sendFollowUp(request: ExchangeRequest, signal: AbortSignal): Promise<void> {
    const reply = await exchange(request, signal);
    if (reply.status !== 404) accepted(reply);
  }

  return {
    name,
    origin: base.origin,

    async identify(request, signal, recallId, usageReporter) {
      const startedAt = clock.monotonic();
      let isPaid = false;
      try {
        const answer = recallId && (await recall(request, recallId, signal));
        if (answer) return answer;
        isPaid = true;
      } finally {
        if (!isPaid) usageReporter?.markUnbilled();
      }
      // Recall and call share one time limit: together they are one call to the waiting request.
      const leftMs = timeoutMs - (clock.monotonic() - startedAt);
      const post = { ...identifyRequest(base, apiKey, request, recallId?.customId), timeoutMs: leftMs };
      const { access_token, result } = readBody(name, accepted(await exchange(post, signal)), created);
      return withCopy(toAnswer(result), access_token);
    },

    deleteCopy: (token, signal) => sendFollowUp(deleteRequest(base, apiKey, token), signal),
    rateAnswer: (token, rating, signal) => sendFollowUp(ratingRequest(base, apiKey, token, rating), signal),

    async usage(signal) {
      const text = accepted(await exchange(usageRequest(base, apiKey), signal));
      const body = readBody(name, text, usage);
      if (!body.active) throw new ProviderError(name, 'misconfigured', 'the key is not active');
      return toUsageReport(body);
    },
  };
}

/** Returns the answer with the token of the copy that Plant.id keeps of it. */
function withCopy(answer: ProviderAnswer, token: string | null | undefined): ProviderAnswer {
  return token ? { ...answer, copyToken: token } : answer;
}

/** Returns the report of `usage_info`, in credits. */
function toUsageReport({ can_use_credits, credit_limits, remaining, used }: PlantIdUsage): UsageReport {
  const exhausted = can_use_credits?.value === false;
  const of = (window: 'day' | 'week' | 'month' | 'total'): WindowUsage =>
    windowUsage({ limit: credit_limits?.[window], used: used?.[window], left: remaining?.[window] });
  const windows = { day: of('day'), week: of('week'), month: of('month'), total: of('total') };
  return { windows, exhausted, isUnpaid: exhausted && meansUnpaid(can_use_credits.reason ?? '') };
}

const UNPAID = /sufficient number of available credits/i;
const OUT_OF_CREDITS = new RegExp(`${UNPAID.source}|credit limit`, 'i');

/** Whether a text says that the account has no credits, so that its owner has to pay. Limits of a period end by themselves. */
function meansUnpaid(text: string): boolean {
  return UNPAID.test(text.slice(0, 1000));
}

/**
 * Classifies a status outside 2xx. Bodies are plain text. 402 and 429 always mean that no credits are left (this API
 * has no rate limit), and so does 403 when its body says so. 408 and 425 are about the connection, not about the
 * request.
 */
function errorTypeOf(status: number, text: string): ProviderErrorType {
  if (status === 402 || status === 429) return 'quota';
  if (status === 403 && OUT_OF_CREDITS.test(text.slice(0, 1000))) return 'quota';
  if (status === 401 || status === 403) return 'misconfigured';
  if (status === 408 || status === 425) return 'failed';
  return status >= 400 && status < 500 ? 'rejected' : 'failed';
}

/** Statuses of a missing route: the configured URL of the service is wrong, which no caller can fix. */
const ROUTE_ERRORS: ReadonlySet<number> = new Set([404, 405, 410]);

/** Returns the part of the request that a `rejected` answer is about; undefined when it is not about the request. */
function rejectedPart(status: number, text: string): RejectedPart | undefined {
  if (ROUTE_ERRORS.has(status)) return undefined;
  const body = text.slice(0, 1000);
  if (status === 413 || status === 415 || /image|base64/i.test(body)) return 'image';
  return /latitude|longitude/i.test(body) ? 'location' : 'request';
}
