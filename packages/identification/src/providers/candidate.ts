import type { Candidate } from '../types.ts';
import { plainText, plainTexts } from './plain-text.ts';
import { type RawImage, referenceImages } from './reference-image.ts';
import { share } from './share.ts';

/** Both services list about ten; more would only be noise in the cache. */
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

/** The species cleaned and cut, or nothing when its name holds no text. */
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

/** The first word of a binomial; a hybrid sign before it is not part of it. */
function genusIn(scientificName: string): string | undefined {
  return scientificName
    .split(' ')
    .find((word) => word !== '×' && word !== 'x')
    ?.replace(/^×/, '');
}

/** Links are made of it, so nothing but a number passes. */
function gbifIdOf(value: string | number | null | undefined): string | undefined {
  const id = String(value ?? '').trim();
  return /^\d{1,15}$/.test(id) ? id : undefined;
}
