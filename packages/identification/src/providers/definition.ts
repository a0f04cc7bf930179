import { hash } from 'node:crypto';
import type { Clock } from '@plantcommunity/resilience';
import { type ZodType, z } from 'zod';
import type { QuotaWindow, UsageReport, UsageReporter } from '../quotas/types.ts';
import type {
  FeedbackRating,
  IdentifyOptions,
  ProviderAnswer,
  ProviderName,
  ProviderRequest,
  RejectedPart,
} from '../types.ts';

/** Every fact about one provider; the rest of the code names none. A folder of `providers/` exports one. */
export interface ProviderDefinition {
  /** Name in code, logs and answers. */
  readonly name: ProviderName;
  /** Name that people know. */
  readonly displayName: string;
  readonly createClient: (options: ClientOptions) => ProviderClient;
  /**
   * Version of what is asked for and what is read of an answer: part of the cache key, and derived from both (see
   * `contractVersion`), so that no older answer is served after a change.
   */
  readonly contractVersion: string;
  /** Languages that the provider supports, as primary subtags; any other one is replaced by its default. */
  readonly languages: ReadonlySet<string>;
  /**
   * Returns the options that are sent to the provider, as plain JSON: part of the cache key. An option that the
   * provider is not sent does not belong here, or each value of it would cost a call.
   */
  cacheKeyOptions(options: IdentifyOptions, photoCount: number): Readonly<Record<string, unknown>>;
  /** Returns the credits that an identification takes of the provider's quota. */
  credits(options: Pick<IdentifyOptions, 'includeDiseases'>): number;
  /**
   * An answer whose best score is lower says little: it is kept for a short time only. 0 if the scores of the provider
   * do not tell.
   */
  readonly poorBelowScore: number;
  /** The provider counts answers outside 2xx in its quota, too. */
  readonly billsErrorAnswers: boolean;
  /** A paid answer that was lost can be asked for again by its recall id. */
  readonly canRecall: boolean;
  /** The period of the provider's quota: after a 402 it is asked again when the period ends. */
  readonly quotaPeriod: 'day' | 'month';
  /** Operators are warned from this used share of a quota on. */
  readonly warnAtShare: number;
  /** The window whose used share lowers the callers' rate limits; undefined: none does. */
  readonly rateLimitWindow?: QuotaWindow;
  /** Hosts of the provider's reference pictures. */
  readonly imageHosts: readonly string[];
}

/** Returns the credits of a call with the options that most callers send. */
export function usualCredits({ credits }: Pick<ProviderDefinition, 'credits'>): number {
  return credits({ includeDiseases: true });
}

export interface ClientOptions {
  readonly apiKey: string;
  /** Such as `https://plant.id/api/v3`; with or without a slash at its end. */
  readonly baseUrl: string;
  /** Time limit of one exchange, from its start to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Sends the trace of the request on, in `traceparent`; false unless given. */
  readonly sendTraceparent?: boolean;
}

/** The id of a paid call, by which its answer can be asked for if it was lost on the way. */
export interface RecallId {
  /** From 1 up to 2^31, and used for no other question. */
  readonly customId: number;
  /** When a call with this id was sent first, in epoch milliseconds; absent: none was. */
  readonly sentAt?: number;
}

/** A client of one service. It never repeats a POST. */
export interface ProviderClient {
  readonly name: ProviderName;
  /** Scheme, host and port of the base URL: part of the cache key. */
  readonly origin: string;
  /**
   * Sends one identification.
   *
   * @param recallId for a provider that can recall answers: the answer of a call that was sent under this id before is
   * asked for first, and a new one is bought only if there is none
   * @param usage is told that the call is not billed, and what the provider says of our quota
   * @throws {ProviderError} and the reason of `signal`
   */
  identify(
    request: ProviderRequest,
    signal: AbortSignal,
    recallId?: RecallId,
    usage?: UsageReporter,
  ): Promise<ProviderAnswer>;
  /**
   * Returns the part of the options that the provider is known to reject, without an identify call; undefined if none
   * is known. Never throws.
   */
  rejects?(options: IdentifyOptions, signal: AbortSignal): Promise<RejectedPart | undefined>;
  /**
   * Deletes the copy that the provider keeps of an identification, with its photos. Does nothing when there is no copy any
   * more. Absent for a provider that keeps none.
   * @throws {ProviderError} and the reason of `signal`
   */
  readonly deleteCopy?: (token: string, signal: AbortSignal) => Promise<void>;
  /**
   * Tells the provider how an owner rates an answer of which it keeps a copy; the rating replaces an earlier one. Does
   * nothing when there is no copy any more. Absent for a provider that takes no ratings.
   * @throws {ProviderError} and the reason of `signal`
   */
  readonly rateAnswer?: (token: string, rating: FeedbackRating, signal: AbortSignal) => Promise<void>;
  /**
   * Asks a free route what is used and left, and so whether service and key work.
   * @throws {ProviderError} and the reason of `signal`
   */
  usage(signal: AbortSignal): Promise<UsageReport>;
}

/**
 * Derives the version of a provider's contract from what is asked for and what is read of an answer, so that a change of
 * either changes the cache key.
 *
 * @param contract.asked what a request asks for, as text, without photos, keys and ids
 * @param contract.read schema of the answer; the names of its fields count, not how they are written down
 * @param contract.revision raised by hand when the same fields are turned into another answer (a test says when)
 */
export function contractVersion(contract: { asked: string; read: ZodType; revision: number }): string {
  const fields = fieldsOf(z.toJSONSchema(contract.read, { io: 'input' }), '');
  return hash('sha256', JSON.stringify([contract.asked, fields, contract.revision])).slice(0, 12);
}

/** Returns the paths of all fields in a JSON schema, sorted. */
function fieldsOf(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const fields = Object.entries(schema).flatMap(([key, inner]: [string, unknown]) => {
    if (key !== 'properties' || typeof inner !== 'object' || inner === null) return fieldsOf(inner, path);
    return Object.entries(inner).flatMap(([name, value]) => [`${path}/${name}`, ...fieldsOf(value, `${path}/${name}`)]);
  });
  return [...new Set(fields)].toSorted();
}
