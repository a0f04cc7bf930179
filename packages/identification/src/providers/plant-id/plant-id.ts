import { type Provider, ProviderError } from '../../provider.ts';
import { readBody } from '../body.ts';
import { createExchange, type ExchangeRequest } from '../exchange.ts';
import type { ProviderOptions } from '../provider-options.ts';
import { refusal } from '../refusal.ts';
import { answerOf } from './answer.ts';
import { refusalKind } from './refusal-kind.ts';
import { identifyRequest, usageRequest } from './request.ts';
import { identification, usage } from './response.ts';

/** A client of the Plant.id API v3 by Kindwise. Each identification is one paid call. */
export function createPlantId({ apiKey, baseUrl, timeoutMs, clock }: ProviderOptions): Provider {
  const base = new URL(baseUrl);
  const exchange = createExchange({ provider: 'plant_id', timeoutMs, clock });

  const ask = async (request: ExchangeRequest, signal: AbortSignal): Promise<string> => {
    const reply = await exchange(request, signal);
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    const kind = refusalKind(reply.status, reply.text);
    throw refusal('plant_id', kind, reply, { secret: apiKey, now: clock.now() });
  };

  return {
    name: 'plant_id',
    origin: base.origin,
    contractVersion: 'v3.1',

    async identify(request, signal) {
      const text = await ask(identifyRequest(base, apiKey, request), signal);
      return answerOf(readBody('plant_id', text, identification).result);
    },

    async probe(signal) {
      const { active, can_use_credits } = readBody('plant_id', await ask(usageRequest(base, apiKey), signal), usage);
      if (!active) throw new ProviderError('plant_id', 'misconfigured', 'the key is not active');
      if (can_use_credits?.value === false) throw new ProviderError('plant_id', 'quota', 'the key has no credits left');
    },
  };
}
