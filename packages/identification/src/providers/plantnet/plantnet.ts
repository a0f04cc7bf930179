import { endOf } from '../../quotas/periods.ts';
import type { ProviderClient } from '../../types.ts';
import { readBody } from '../body.ts';
import { createExchange, type Reply } from '../exchange.ts';
import type { ProviderOptions } from '../provider-options.ts';
import { providerErrorFrom } from '../refusal.ts';
import { NO_PLANT, toAnswer } from './answer.ts';
import { errorTypeOf, meansNoPlant, rejectedPart } from './error-type.ts';
import { LANGUAGES } from './languages.ts';
import { ProjectList } from './projects.ts';
import { dailyWord, passingWord } from './quota-words.ts';
import { identifyRequest, projectsRequest, quotaRequest } from './request.ts';
import { dailyQuota, identification, projectList } from './response.ts';

/** A client of the Pl@ntNet API v2. Error answers count against the free plan's day too. */
export function createPlantNet({ apiKey, baseUrl, timeoutMs, clock }: ProviderOptions): ProviderClient {
  const base = new URL(baseUrl);
  const exchange = createExchange({ provider: 'plantnet', timeoutMs, clock });

  const accepted = (reply: Reply): string => {
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    const type = errorTypeOf(reply.status);
    const rejected = type === 'rejected' ? rejectedPart(reply.status, reply.text) : undefined;
    throw providerErrorFrom('plantnet', { type, rejected }, reply, {
      secret: apiKey,
      now: clock.now(),
      periodEndsAt: endOf('day', clock.now()),
    });
  };

  const projects = new ProjectList(async (signal) => {
    const text = accepted(await exchange(projectsRequest(base, apiKey), signal));
    return readBody('plantnet', text, projectList).map(({ id }) => id);
  }, clock);

  return {
    name: 'plantnet',
    origin: base.origin,
    contractVersion: 'v2.1',
    languages: LANGUAGES,

    async identify(request, signal, _ticket, meter) {
      const reply = await exchange(await identifyRequest(base, apiKey, request), signal);
      const said = passingWord(reply.headers, clock.now());
      if (said !== undefined) meter?.reportUsage(said);
      if (meansNoPlant(reply.status, reply.text)) return NO_PLANT;
      return toAnswer(readBody('plantnet', accepted(reply), identification).results);
    },

    async rejects({ project }, signal) {
      return project !== undefined && (await projects.lacks(project, signal)) ? 'project' : undefined;
    },

    async usage(signal) {
      const text = accepted(await exchange(quotaRequest(base, apiKey), signal));
      return dailyWord(readBody('plantnet', text, dailyQuota), clock.now());
    },
  };
}
