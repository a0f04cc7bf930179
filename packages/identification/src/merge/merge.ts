import type { MergedResult, Suggestion } from '../identification.ts';
import type { Candidate, ProviderAnswer, ProviderName } from '../types.ts';
import { speciesKey } from './species-key.ts';

const MAX_SUGGESTIONS = 5;
const MAX_IMAGES = 6;

export type Answers = Readonly<Partial<Record<ProviderName, ProviderAnswer>>>;

/**
 * What the answers say together: Plant.id leads, Pl@ntNet confirms and completes.
 *
 * @throws {TypeError} when there is no answer at all.
 */
export function mergeAnswers({ plant_id: plantId, plantnet: plantNet }: Answers): MergedResult {
  const leading = plantId ?? plantNet;
  if (!leading) throw new TypeError('there is no answer to merge');
  if (!leading.isPlant) return { isPlant: false, suggestions: [] };

  const suggestions = pair(plantId?.candidates ?? [], plantNet?.candidates ?? [])
    .toSorted(byConfidence)
    .slice(0, MAX_SUGGESTIONS)
    .map(suggestionOf);
  return {
    isPlant: true,
    suggestions,
    ...confidenceOf(suggestions[0]),
    ...(plantId?.care && { care: plantId.care }),
    ...(plantId?.health && { health: plantId.health }),
  };
}

/** A candidate with its place, from 1, in its provider's list. */
interface Placed {
  candidate: Candidate;
  rank: number;
  of: number;
}

/** One species: at least one of the two named it. */
interface Pair {
  plantId?: Placed;
  plantNet?: Placed;
}

function pair(plantId: readonly Candidate[], plantNet: readonly Candidate[]): Pair[] {
  const bySpecies = new Map<string, Pair>();
  const place = (candidates: readonly Candidate[], from: keyof Pair): void => {
    for (const [index, candidate] of candidates.entries()) {
      const key = speciesKey(candidate.scientificName);
      const species = bySpecies.get(key) ?? {};
      species[from] ??= { candidate, rank: index + 1, of: candidates.length };
      bySpecies.set(key, species);
    }
  };
  place(plantId, 'plantId');
  place(plantNet, 'plantNet');
  return [...bySpecies.values()];
}

/** Plant.id's probability first; Pl@ntNet's score only where that does not tell, for the two are no common scale. */
function byConfidence(a: Pair, b: Pair): number {
  return scoreOf(b.plantId) - scoreOf(a.plantId) || scoreOf(b.plantNet) - scoreOf(a.plantNet);
}

function scoreOf(placed: Placed | undefined): number {
  return placed?.candidate.score ?? -1;
}

function suggestionOf({ plantId, plantNet }: Pair): Suggestion {
  const sources = [...sourceOf('plant_id', plantId), ...sourceOf('plantnet', plantNet)];
  const candidates = [plantId, plantNet].flatMap((placed) => placed?.candidate ?? []);
  const firstOf = <T>(read: (candidate: Candidate) => T | undefined): T | undefined =>
    candidates.map(read).find((value) => value !== undefined);

  const scientificName = firstOf((candidate) => candidate.scientificName) ?? '';
  const family = firstOf((candidate) => candidate.family);
  const genus = firstOf((candidate) => candidate.genus);
  const gbifId = firstOf((candidate) => candidate.gbifId);
  const probability = plantId?.candidate.score;
  const images = new Map(candidates.flatMap((candidate) => candidate.images.map((image) => [image.url, image])));
  return {
    plantName: firstOf((candidate) => candidate.commonNames[0]) ?? scientificName,
    scientificName,
    ...(family !== undefined && { family }),
    ...(genus !== undefined && { genus }),
    ...(probability !== undefined && { probability }),
    sources,
    ...(gbifId !== undefined && { gbifId }),
    images: [...images.values()].slice(0, MAX_IMAGES),
  };
}

function sourceOf(provider: ProviderName, placed: Placed | undefined): Suggestion['sources'] {
  if (!placed) return [];
  const { candidate, rank, of } = placed;
  return [{ provider, ...(candidate.score !== undefined && { score: candidate.score }), rank, of }];
}

/** Plant.id's probability of the first suggestion, else Pl@ntNet's score, which is then said. */
function confidenceOf(first: Suggestion | undefined): Pick<MergedResult, 'confidence' | 'confidenceSource'> {
  if (first?.probability !== undefined) return { confidence: first.probability };
  const score = first?.sources.find(({ provider }) => provider === 'plantnet')?.score;
  return score === undefined ? {} : { confidence: score, confidenceSource: 'plantnet' };
}
