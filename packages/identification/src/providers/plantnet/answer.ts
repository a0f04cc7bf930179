import type { Candidate, ProviderAnswer } from '../../types.ts';
import { candidate, MAX_CANDIDATES } from '../candidate.ts';
import type { PlantNetResult } from './response.ts';

/** Hosts of Pl@ntNet's reference pictures. */
export const IMAGE_HOSTS: readonly string[] = ['bs.plantnet.org'];

/** Returns results in our own terms. Nothing in them is trusted: texts are cleaned and cut, lists are cut. */
export function toAnswer(results: readonly PlantNetResult[]): ProviderAnswer {
  const ordered = results.toSorted((a, b) => b.score - a.score).slice(0, MAX_CANDIDATES);
  return { provider: 'plantnet', isPlant: true, candidates: ordered.flatMap(candidateOf) };
}

/** The answer "Species not found": the photo shows no plant that the service knows. */
export const NO_PLANT: ProviderAnswer = { provider: 'plantnet', isPlant: false, candidates: [] };

function candidateOf({ score, species, gbif, images }: PlantNetResult): Candidate[] {
  return candidate({
    scientificName: species.scientificNameWithoutAuthor,
    commonNames: species.commonNames,
    genus: species.genus?.scientificNameWithoutAuthor,
    family: species.family?.scientificNameWithoutAuthor,
    score,
    gbifId: gbif?.id,
    imageHosts: IMAGE_HOSTS,
    images: (images ?? []).map(({ url, author, license }) => ({ url: url?.m, author, license })),
  });
}
