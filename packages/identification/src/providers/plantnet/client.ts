import { endOf } from '../../quotas/periods.ts';
import type { RejectedPart } from '../../types.ts';
import type { ClientOptions, ProviderClient, ProviderDefinition } from '../definition.ts';
import { createExchange, providerErrorFrom, type Reply, readBody } from '../exchange.ts';
import type { ProviderErrorType } from '../provider-error.ts';
import { NO_PLANT, toAnswer } from './answer.ts';
import { ProjectList } from './projects.ts';
import { identifyRequest, projectsRequest, quotaRequest } from './request.ts';
import { dailyQuota, errorBody, identification, projectList } from './response.ts';
import { dailyUsage, headerUsage } from './usage.ts';

/** Creates a client of the Pl@ntNet API v2. Error answers count in the free plan's day, too. */
export function createPlantNetClient(
  { apiKey, baseUrl, timeoutMs, clock, sendTraceparent = false }: ClientOptions,
  { name, quotaPeriod }: Pick<ProviderDefinition, 'name' | 'quotaPeriod'>,
): ProviderClient {
  const base = new URL(baseUrl);
  const exchange = createExchange({ provider: name, timeoutMs, clock, sendTraceparent });

  const accepted = (reply: Reply): string => {
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    const type = errorTypeOf(reply.status);
    const rejected = type === 'rejected' ? rejectedPart(reply.status, reply.text) : undefined;
    throw providerErrorFrom(name, { type, rejected }, reply, {
      secret: apiKey,
      now: clock.now(),
      periodEndsAt: endOf(quotaPeriod, clock.now()),
    });
  };

  const projects = new ProjectList(async (signal) => {
    const text = accepted(await exchange(projectsRequest(base, apiKey), signal));
    return readBody(name, text, projectList).map(({ id }) => id);
  }, clock);

  return {
    name,
    origin: base.origin,

    async identify(request, signal, _recallId, usageReporter) {
      const reply = await exchange(await identifyRequest(base, apiKey, request), signal);
      const report = headerUsage(reply.headers, clock.now());
      if (report !== undefined) usageReporter?.reportUsage(report);
      if (meansNoPlant(reply.status, reply.text)) return NO_PLANT;
      return toAnswer(readBody(name, accepted(reply), identification).results);
    },

    async rejects({ project }, signal) {
      return project !== undefined && (await projects.lacks(project, signal)) ? 'project' : undefined;
    },

    async usage(signal) {
      const text = accepted(await exchange(quotaRequest(base, apiKey), signal));
      return dailyUsage(readBody(name, text, dailyQuota), clock.now());
    },
  };
}

/**
 * Classifies a status outside 2xx: 429 means the daily quota is used up, 402 the plan's, and 404 a rejected request
 * unless its message says that no species matches. 408 and 425 are about the connection, not about the request.
 */
function errorTypeOf(status: number): ProviderErrorType {
  if (status === 402 || status === 429) return 'quota';
  if (status === 401 || status === 403) return 'misconfigured';
  if (status === 408 || status === 425) return 'failed';
  return status >= 400 && status < 500 ? 'rejected' : 'failed';
}

/** Statuses of a missing route: the configured URL of the service is wrong, which no caller can fix. */
const ROUTE_ERRORS: ReadonlySet<number> = new Set([404, 405, 410]);

/** Returns the part of the request that a `rejected` answer is about; undefined when it is not about the request. */
function rejectedPart(status: number, text: string): RejectedPart | undefined {
  const message = messageOf(text) ?? '';
  if (/project/i.test(message)) return 'project';
  if (ROUTE_ERRORS.has(status)) return undefined;
  if (/organ/i.test(message)) return 'organs';
  return status === 413 || status === 415 || /image|file/i.test(message) ? 'image' : 'request';
}

/** Whether the service found no species. 404 also means an unknown project; only the message tells them apart. */
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
