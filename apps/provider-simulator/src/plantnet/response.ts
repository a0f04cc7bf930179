import type { Scored } from '../recognition.ts';
import type { Parameters, Upload } from './request.ts';

/** Presents an identification as the real service does. */
export function present(
  project: string,
  upload: Upload,
  parameters: Parameters,
  ranking: readonly Scored[],
  remaining: number,
): object {
  const results = ranking.slice(0, parameters.results);
  return {
    query: {
      project,
      images: upload.photos.map(({ hash }) => hash),
      organs: upload.organs,
      includeRelatedImages: parameters.relatedImages,
      noReject: parameters.noReject,
      type: parameters.type,
    },
    predictedOrgans: upload.photos.map(({ hash, filename }, index) => {
      const organ = upload.organs[index] ?? 'auto';
      return { image: hash, filename, organ: organ === 'auto' ? 'leaf' : organ, score: 0.61234 };
    }),
    language: parameters.language,
    preferedReferential: project === 'all' ? 'k-world-flora' : project,
    bestMatch: results[0]?.species.scientificName,
    results: results.map((scored) => resultOf(scored, parameters)),
    version: '2025-08-08 (simulator)',
    remainingIdentificationRequests: remaining,
  };
}

function resultOf({ species, score }: Scored, { relatedImages }: Parameters): object {
  return {
    score: Math.round(score * 100_000) / 100_000,
    species: {
      ...taxon(species.scientificName),
      genus: taxon(species.genus),
      family: taxon(species.family),
      commonNames: [species.commonName],
    },
    // The simulator has no pictures.
    ...(relatedImages && { images: [] }),
    gbif: species.gbifId === null ? null : { id: String(species.gbifId) },
  };
}

/** Returns a taxon. Both forms of its name are equal: the data have no authors. */
function taxon(name: string): object {
  return { scientificNameWithoutAuthor: name, scientificNameAuthorship: '', scientificName: name };
}
