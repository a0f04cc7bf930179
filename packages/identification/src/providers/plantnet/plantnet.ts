import { type Provider, ProviderError } from '../../provider.ts';
import { readBody } from '../body.ts';
import { createExchange, type Reply } from '../exchange.ts';
import type { ProviderOptions } from '../provider-options.ts';
import { refusal } from '../refusal.ts';
import { answerOf, NO_PLANT } from './answer.ts';
import { meansNoPlant, refusalKind } from './refusal-kind.ts';
import { identifyRequest, quotaRequest } from './request.ts';
import { dailyQuota, identification } from './response.ts';

const DAY_MS = 86_400_000;

/** A client of the Pl@ntNet API v2. Error answers count against the free plan's day too. */
export function createPlantNet({ apiKey, baseUrl, timeoutMs, clock }: ProviderOptions): Provider {
  const base = new URL(baseUrl);
  const exchange = createExchange({ provider: 'plantnet', timeoutMs, clock });

  const accepted = (reply: Reply): string => {
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    throw refusal('plantnet', refusalKind(reply.status), reply, { secret: apiKey, now: clock.now() });
  };

  return {
    name: 'plantnet',
    origin: base.origin,
    contractVersion: 'v2.1',

    async identify(request, signal) {
      const reply = await exchange(await identifyRequest(base, apiKey, request), signal);
      if (meansNoPlant(reply.status, reply.text)) return NO_PLANT;
      return answerOf(readBody('plantnet', accepted(reply), identification).results);
    },

    async probe(signal) {
      const text = accepted(await exchange(quotaRequest(base, apiKey), signal));
      const { remaining } = readBody('plantnet', text, dailyQuota).quota.identify;
      if (remaining !== undefined && remaining !== null && remaining <= 0) {
        // The day of the quota ends at midnight UTC.
        const retryAfterMs = DAY_MS - (clock.now() % DAY_MS);
        throw new ProviderError('plantnet', 'quota', 'the quota of the day is used up', { retryAfterMs });
      }
    },
  };
}
