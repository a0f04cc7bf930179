import type { Candidate, ReferenceImage } from '../types.ts';
import { plainText, plainTexts } from './plain-text.ts';

/** Providers list about ten candidates; more would only be noise in the cache. */
export const MAX_CANDIDATES = 10;
const MAX_IMAGES = 5;

/** A species as a provider wrote it. */
export interface RawCandidate {
  scientificName: string;
  commonNames: readonly string[] | null | undefined;
  genus: string | null | undefined;
  family: string | null | undefined;
  score: number;
  gbifId: string | number | null | undefined;
  images: readonly RawImage[];
  /** Hosts from which images are accepted. */
  imageHosts: readonly string[];
}

/** Returns the species with its texts cleaned and cut; no species when its name holds no text. */
export function candidate(raw: RawCandidate): Candidate[] {
  const scientificName = plainText(raw.scientificName, 200);
  if (!scientificName) return [];
  const family = plainText(raw.family, 100);
  const genus = plainText(raw.genus, 100) ?? genusIn(scientificName);
  const gbifId = gbifIdOf(raw.gbifId);
  return [
    {
      scientificName,
      commonNames: plainTexts(raw.commonNames, 10, 120),
      ...(family && { family }),
      ...(genus && { genus }),
      score: share(raw.score),
      ...(gbifId && { gbifId }),
      images: referenceImages(raw.images, raw.imageHosts, MAX_IMAGES),
    },
  ];
}

/** Returns the first word of a binomial, without a hybrid sign before it. */
function genusIn(scientificName: string): string | undefined {
  return scientificName
    .split(' ')
    .find((word) => word !== '×' && word !== 'x')
    ?.replace(/^×/, '');
}

/** Returns the id if it is a number: links are made of it. */
function gbifIdOf(value: string | number | null | undefined): string | undefined {
  const id = String(value ?? '').trim();
  return /^\d{1,15}$/.test(id) ? id : undefined;
}

export interface RawImage {
  url: string | null | undefined;
  author?: string | null | undefined;
  license?: string | null | undefined;
}

const MAX_URL_LENGTH = 2048;

/**
 * Returns the images that a page may show, at most `maxItems` and each once: over https from one of `hosts`, without
 * user name or port in the URL.
 */
export function referenceImages(
  images: readonly RawImage[],
  hosts: readonly string[],
  maxItems: number,
): ReferenceImage[] {
  const byUrl = new Map<string, ReferenceImage>();
  for (const image of images) {
    if (byUrl.size === maxItems) break;
    const url = addressOn(hosts, image.url);
    if (url === undefined || byUrl.has(url)) continue;
    const author = plainText(image.author, 200);
    const license = plainText(image.license, 60);
    byUrl.set(url, { url, ...(author && { author }), ...(license && { license }) });
  }
  return [...byUrl.values()];
}

function addressOn(hosts: readonly string[], value: string | null | undefined): string | undefined {
  if (!value || value.length > MAX_URL_LENGTH) return undefined;
  const url = URL.parse(value);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  return hosts.includes(url.host) ? url.href : undefined;
}

/** Clamps a provider's score to 0 to 1: the provider's rounding may put it slightly outside. */
export function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}
