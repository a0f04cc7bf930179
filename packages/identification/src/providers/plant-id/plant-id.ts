import { endOf } from '../../quotas/periods.ts';
import { type ProviderClient, ProviderError, type ProviderRequest, type RecallId } from '../../types.ts';
import { readBody } from '../body.ts';
import { createExchange, type Reply } from '../exchange.ts';
import type { ProviderOptions } from '../provider-options.ts';
import { providerErrorFrom } from '../refusal.ts';
import { toAnswer } from './answer.ts';
import { errorTypeOf, rejectedPart } from './error-type.ts';
import { LANGUAGES } from './languages.ts';
import { identifyRequest, recallRequest, usageRequest } from './request.ts';
import { identification, kept, type PlantIdResult, usage } from './response.ts';
import { quotaWord } from './usage.ts';

/** However wrong our clock is, or theirs. */
const CLOCKS_APART_MS = 86_400_000;

/** A client of the Plant.id API v3 by Kindwise. Each identification is one paid call. */
export function createPlantId({ apiKey, baseUrl, timeoutMs, clock }: ProviderOptions): ProviderClient {
  const base = new URL(baseUrl);
  const exchange = createExchange({ provider: 'plant_id', timeoutMs, clock });

  const accepted = (reply: Reply): string => {
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    const type = errorTypeOf(reply.status, reply.text);
    const rejected = type === 'rejected' ? rejectedPart(reply.status, reply.text) : undefined;
    throw providerErrorFrom('plant_id', { type, rejected }, reply, {
      secret: apiKey,
      now: clock.now(),
      periodEndsAt: endOf('month', clock.now()),
    });
  };

  /** What was made and paid under a number that was sent before; undefined when nothing was. */
  async function recall(
    request: ProviderRequest,
    { customId, sentAt }: RecallId,
    signal: AbortSignal,
  ): Promise<PlantIdResult | undefined> {
    if (sentAt === undefined) return undefined;
    const reply = await exchange(recallRequest(base, apiKey, request, customId), signal);
    if (reply.status === 404) return undefined;
    const { created, result } = readBody('plant_id', accepted(reply), kept);
    // There are only 2^31 numbers: what was made long before we sent ours is of another photo.
    const madeAt = created === undefined || created === null ? sentAt : created * 1_000;
    return madeAt >= sentAt - CLOCKS_APART_MS ? (result ?? undefined) : undefined;
  }

  return {
    name: 'plant_id',
    origin: base.origin,
    contractVersion: 'v3.1',
    languages: LANGUAGES,

    async identify(request, signal, ticket, meter) {
      const began = clock.monotonic();
      let isPaid = false;
      try {
        const recalled = ticket && (await recall(request, ticket, signal));
        if (recalled) return toAnswer(recalled);
        isPaid = true;
      } finally {
        if (!isPaid) meter?.markUnbilled();
      }
      // Both are one call to whoever waits, so they share its time.
      const leftMs = timeoutMs - (clock.monotonic() - began);
      const post = { ...identifyRequest(base, apiKey, request, ticket?.customId), timeoutMs: leftMs };
      return toAnswer(readBody('plant_id', accepted(await exchange(post, signal)), identification).result);
    },

    async usage(signal) {
      const text = accepted(await exchange(usageRequest(base, apiKey), signal));
      const said = readBody('plant_id', text, usage);
      if (!said.active) throw new ProviderError('plant_id', 'misconfigured', 'the key is not active');
      return quotaWord(said);
    },
  };
}
