import { hash } from 'node:crypto';
import type { IdentifyOptions, ProviderName } from '../types.ts';

/** What makes two questions to one provider the same question. */
export interface Question {
  provider: ProviderName;
  /** Of the provider's base URL: a simulator's answer can never be served for a real one. */
  origin: string;
  contractVersion: string;
  /** Of the uploaded bytes, in order. */
  photoHashes: readonly string[];
  /** With a coarse location, and in a language that the provider supports. */
  options: IdentifyOptions;
}

/** Characters of a hash that people are shown. */
const SHOWN = 8;

/** Only what the provider is really sent; so asking again without diseases does not cost Pl@ntNet a call. */
function relevantOptions(provider: ProviderName, options: IdentifyOptions, photos: number) {
  const language = options.language ?? 'en';
  if (provider === 'plant_id') {
    const { location } = options;
    return {
      diseases: options.includeDiseases,
      language,
      location: location === undefined ? null : [location.latitude, location.longitude],
    };
  }
  const organs = Array.from({ length: photos }, (_, index) => options.organs[index] ?? 'auto');
  return { language, organs, project: options.project ?? 'all' };
}

/** The cache key of a question. The start of the (first) photo's hash in it is for people who look for a photo. */
export function answerKey({ provider, origin, contractVersion, photoHashes, options }: Question): string {
  const question = [origin, contractVersion, photoHashes, relevantOptions(provider, options, photoHashes.length)];
  const digest = hash('sha256', JSON.stringify(question));
  return `${provider}:${photoHashes[0]?.slice(0, SHOWN)}:${digest}`;
}

/** The start of the photo's hash, out of a cache key. */
export function photoOf(key: string): string {
  return key.split(':')[1] ?? '';
}
