import {
  type Candidate,
  isConfirming,
  type MergedResult,
  type ProviderAnswer,
  type ProviderName,
  type Suggestion,
} from '../types.ts';
import { speciesKey } from './species-key.ts';

const MAX_SUGGESTIONS = 5;
const MAX_IMAGES = 6;

/**
 * Merges the answers of several providers: the first provider leads, the others confirm and complete.
 *
 * @param answers one of each provider that has answered
 * @param order all providers; the scores of the first one are probabilities
 * @throws {TypeError} when there is no answer at all
 */
export function mergeAnswers(answers: readonly ProviderAnswer[], order: readonly ProviderName[]): MergedResult {
  const rank = (answer: ProviderAnswer): number => order.indexOf(answer.provider);
  const ordered = answers.toSorted((a, b) => rank(a) - rank(b));
  const [first] = ordered;
  if (!first) throw new TypeError('there is no answer to merge');
  if (!first.isPlant) return { isPlant: false, suggestions: [] };

  const [leader] = order;
  const suggestions = groupBySpecies(ordered)
    .toSorted((a, b) => byScore(a, b, order))
    .slice(0, MAX_SUGGESTIONS)
    .map((species) => suggestionOf(species, leader));
  const care = ordered.find((answer) => answer.care !== undefined)?.care;
  const health = ordered.find((answer) => answer.health !== undefined)?.health;
  return {
    isPlant: true,
    suggestions,
    ...confidenceOf(suggestions[0]),
    ...(care && { care }),
    ...(health && { health }),
  };
}

/** A candidate with its place, from 1, in its provider's list. */
interface Placed {
  readonly provider: ProviderName;
  readonly candidate: Candidate;
  readonly rank: number;
  readonly of: number;
}

/** One species: each provider's best candidate for it, in the order of the providers. */
type Species = readonly Placed[];

function groupBySpecies(answers: readonly ProviderAnswer[]): Species[] {
  const bySpecies = new Map<string, Placed[]>();
  for (const { candidates, provider } of answers) {
    for (const [index, candidate] of candidates.entries()) {
      const key = speciesKey(candidate.scientificName);
      const species = bySpecies.get(key) ?? [];
      bySpecies.set(key, species);
      if (species.some((placed) => placed.provider === provider)) continue;
      species.push({ provider, candidate, rank: index + 1, of: candidates.length });
    }
  }
  return [...bySpecies.values()];
}

/** Compares by the scores of the first provider; the scores of the next one only decide a tie, for their scales differ. */
function byScore(a: Species, b: Species, order: readonly ProviderName[]): number {
  for (const provider of order) {
    const difference = scoreOf(b, provider) - scoreOf(a, provider);
    if (difference !== 0) return difference;
  }
  return 0;
}

function scoreOf(species: Species, provider: ProviderName): number {
  return species.find((placed) => placed.provider === provider)?.candidate.score ?? -1;
}

function suggestionOf(species: Species, leader: ProviderName | undefined): Suggestion {
  const candidates = species.map(({ candidate }) => candidate);
  const firstOf = <T>(read: (candidate: Candidate) => T | undefined): T | undefined =>
    candidates.map(read).find((value) => value !== undefined);

  const scientificName = firstOf((candidate) => candidate.scientificName) ?? '';
  const family = firstOf((candidate) => candidate.family);
  const genus = firstOf((candidate) => candidate.genus);
  const gbifId = firstOf((candidate) => candidate.gbifId);
  const probability = species.find(({ provider }) => provider === leader)?.candidate.score;
  const images = new Map(candidates.flatMap((candidate) => candidate.images.map((image) => [image.url, image])));
  return {
    plantName: firstOf((candidate) => candidate.commonNames[0]) ?? scientificName,
    scientificName,
    ...(family !== undefined && { family }),
    ...(genus !== undefined && { genus }),
    ...(probability !== undefined && { probability }),
    sources: species.map(sourceOf),
    ...(gbifId !== undefined && { gbifId }),
    images: [...images.values()].slice(0, MAX_IMAGES),
  };
}

function sourceOf({ candidate, of, provider, rank }: Placed): Suggestion['sources'][number] {
  return { provider, ...(candidate.score !== undefined && { score: candidate.score }), rank, of };
}

/** Returns the leader's probability of the first suggestion, else the first score that another provider gave, and whose. */
function confidenceOf(first: Suggestion | undefined): Pick<MergedResult, 'confidence' | 'confidenceSource'> {
  if (first?.probability !== undefined) return { confidence: first.probability };
  for (const { provider, score } of first?.sources ?? []) {
    if (score !== undefined && isConfirming(provider)) return { confidence: score, confidenceSource: provider };
  }
  return {};
}
