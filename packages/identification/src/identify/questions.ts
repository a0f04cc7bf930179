import { hash } from 'node:crypto';
import type { Cache } from '@plantcommunity/resilience';
import type { ProviderClient, ProviderDefinition } from '../providers/definition.ts';
import type { RecallIds } from '../providers/recall-ids.ts';
import type { Rejections } from '../providers/rejections.ts';
import type { IdentifyOptions, ProviderName } from '../types.ts';
import type { CallsInFlight } from './answer-cache.ts';
import type { ProviderCaller, RecentDurations } from './provider-caller.ts';
import type { IdentifyRequest } from './service.ts';

/** A provider that is on, with the parts that a question to it passes through. */
export interface ProviderPipeline {
  readonly definition: ProviderDefinition;
  readonly client: ProviderClient;
  readonly caller: ProviderCaller;
  readonly durations: RecentDurations;
  readonly cache: Cache;
  readonly rejections: Rejections;
  readonly callsInFlight: CallsInFlight;
  /** Undefined if lost answers cannot be recalled. */
  readonly recallIds: RecallIds | undefined;
}

/** The question of a request to one provider, with the parts to ask it. */
export interface Question extends ProviderPipeline {
  readonly name: ProviderName;
  /** Cache key. */
  readonly key: string;
  /** The options as they are sent to this provider. */
  readonly options: IdentifyOptions;
  /** Number of photos. */
  readonly photos: number;
}

/** Returns a question for each pipeline. */
export function questionsFor(
  pipelines: readonly ProviderPipeline[],
  { options, photos }: Pick<IdentifyRequest, 'options' | 'photos'>,
): Question[] {
  const photoHashes = photos.map((photo) => photo.hash);
  return pipelines.map((pipeline) => {
    const { client, definition } = pipeline;
    const sent = supportedOptions(definition, options);
    const key = answerKey({ definition, origin: client.origin, photoHashes, options: sent });
    return { ...pipeline, name: definition.name, key, options: sent, photos: photos.length };
  });
}

/** Everything that makes two questions to one provider the same question. */
export interface KeyedQuestion {
  definition: Pick<ProviderDefinition, 'name' | 'contractVersion' | 'cacheKeyOptions'>;
  /** Origin of the provider's base URL: a simulator's answer can never be served for a real one. */
  origin: string;
  /** Hashes of the uploaded bytes, in order. */
  photoHashes: readonly string[];
  /** With a coarse location, and in a language that the provider supports. */
  options: IdentifyOptions;
}

/** Characters of a photo's hash in a key and in logs. */
const HASH_PREFIX_LENGTH = 8;

/** Returns the cache key of a question. It contains the start of the first photo's hash, by which people find a photo. */
export function answerKey({ definition, origin, photoHashes, options }: KeyedQuestion): string {
  const { contractVersion, name } = definition;
  const relevant = definition.cacheKeyOptions(options, photoHashes.length);
  const digest = hash('sha256', JSON.stringify([origin, contractVersion, photoHashes, relevant]));
  return `${name}:${photoHashes[0]?.slice(0, HASH_PREFIX_LENGTH)}:${digest}`;
}

/** Returns the start of the first photo's hash in the cache key of a question. */
export function photoOf(key: string): string {
  return key.split(':')[1] ?? '';
}

/**
 * Returns the options as they are sent to one provider: with the caller's language if the provider supports it, else
 * without one. So no language is rejected, and all unsupported ones share a cached answer.
 */
export function supportedOptions(
  { languages }: Pick<ProviderDefinition, 'languages'>,
  options: IdentifyOptions,
): IdentifyOptions {
  const { language, ...rest } = options;
  return language === undefined || languages.has(language) ? options : rest;
}

/** Returns a hash of what a request asks, which a repetition has in common with it. */
export function questionHash({
  options,
  photos,
}: {
  readonly options: IdentifyOptions;
  readonly photos: readonly { readonly hash: string }[];
}): string {
  return hash('sha256', JSON.stringify([photos.map((photo) => photo.hash), options]));
}

/** Rounds to 0.1 degree, some 11 km: enough for the flora of a region, too little to find a home. */
const coarse = (degrees: number): number => Math.round(degrees * 10) / 10;

/** Returns the options as they are stored and sent: with no more about a place than the answer needs. */
export function withCoarseLocation(options: IdentifyOptions): IdentifyOptions {
  const { location, ...rest } = options;
  if (location === undefined) return options;
  return { ...rest, location: { latitude: coarse(location.latitude), longitude: coarse(location.longitude) } };
}

/**
 * Returns the credits that calls take from their caller's shares: as many as the dearest of them. So a free provider
 * asked beside a paid one costs nothing more, and one asked alone costs a credit, since its quota is scarce, too.
 */
export function callerCredits(
  asked: readonly Pick<ProviderPipeline, 'definition'>[],
  options: Pick<IdentifyOptions, 'includeDiseases'>,
): number {
  return Math.max(0, ...asked.map(({ definition }) => definition.credits(options)));
}
