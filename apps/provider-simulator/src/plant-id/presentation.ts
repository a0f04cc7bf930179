import type { Scored } from '../diagnosis.ts';
import type { Health } from '../health.ts';
import { diseaseDetails, entityId, plantDetails, type Wanted } from './details.ts';
import type { Identification } from './record.ts';

/** An identification as the service answers it. `origin`: where the photos are said to be. */
export function present(record: Identification, wanted: Wanted, origin: string, pending = false): object {
  const { options, created } = record;
  const seconds = created / 1000;
  return {
    access_token: record.accessToken,
    model_version: 'plant_id:simulator',
    custom_id: options.custom_id ?? null,
    input: {
      latitude: options.latitude ?? null,
      longitude: options.longitude ?? null,
      ...(options.health && { health: options.health }),
      similar_images: options.similar_images ?? false,
      images: record.photos.map((photo) => `${origin}/media/imgs/${photo}.jpg`),
      datetime: new Date(created).toISOString().replace('Z', '+00:00'),
    },
    ...(!pending && { result: resultOf(record, wanted) }),
    status: pending ? 'CREATED' : 'COMPLETED',
    sla_compliant_client: true,
    sla_compliant_system: true,
    created: seconds,
    completed: pending ? null : seconds + 0.4,
    ...(record.feedback && { feedback: record.feedback }),
  };
}

function resultOf({ options, seen, isPlant }: Identification, wanted: Wanted): object {
  const isPlantPart = {
    is_plant: { probability: isPlant ? 0.9871 : 0.0214, threshold: 0.5, binary: isPlant },
  };
  const suggestions = (seen?.diagnosis.plantId ?? []).map((scored) => plantSuggestion(scored, wanted, options));
  const classification = {
    classification: { suggestions: options.classification_raw ? { species: suggestions } : suggestions },
  };
  if (!options.health) return { ...classification, ...isPlantPart };
  const health = seen ? healthParts(seen.health, wanted, options) : {};
  return { ...health, ...(options.health !== 'only' && classification), ...isPlantPart };
}

type Options = Identification['options'];

function plantSuggestion({ species, score }: Scored, wanted: Wanted, options: Options): object {
  return {
    id: entityId(species.scientificName),
    name: species.scientificName,
    probability: rounded(score),
    ...similarImages(options),
    details: plantDetails(species, wanted),
  };
}

function healthParts(health: Health, wanted: Wanted, options: Options): object {
  return {
    disease: {
      suggestions: health.complaints.map(({ complaint, probability }) => ({
        id: entityId(complaint.name),
        name: complaint.name,
        probability: rounded(probability),
        ...similarImages(options),
        details: diseaseDetails(complaint, wanted),
      })),
      question: null,
    },
    is_healthy: { binary: health.isHealthy, probability: rounded(health.probability), threshold: 0.5 },
  };
}

/** There are no pictures to show, and none are made up. */
function similarImages(options: Options): object {
  return options.similar_images ? { similar_images: [] } : {};
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
