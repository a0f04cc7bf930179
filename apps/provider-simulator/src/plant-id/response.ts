import { createHash } from 'node:crypto';
import type { Recognition, Scored, Species } from '../recognition.ts';
import { careOf } from './care.ts';
import type { Disease, Health } from './health.ts';
import type { IdentificationOptions } from './request.ts';

/** An identification that was made. */
export interface Identification {
  accessToken: string;
  options: IdentificationOptions;
  /** Names of the photos, as responses repeat them. */
  photos: readonly string[];
  isPlant: boolean;
  /** Undefined when the photos show nothing that looks like a plant. */
  result: { recognition: Recognition; health: Health } | undefined;
  /** Milliseconds since 1970. */
  created: number;
  feedback?: { comment?: string | undefined; rating?: number | undefined };
}

/** Presents an identification as the real service does. `origin` is the origin of the photos' URLs. */
export function present(record: Identification, query: DetailQuery, origin: string, pending = false): object {
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
    ...(!pending && { result: resultOf(record, query) }),
    status: pending ? 'CREATED' : 'COMPLETED',
    sla_compliant_client: true,
    sla_compliant_system: true,
    created: seconds,
    completed: pending ? null : seconds + 0.4,
    ...(record.feedback && { feedback: record.feedback }),
  };
}

function resultOf({ options, result, isPlant }: Identification, query: DetailQuery): object {
  const isPlantPart = {
    is_plant: { probability: isPlant ? 0.9871 : 0.0214, threshold: 0.5, binary: isPlant },
  };
  const suggestions = (result?.recognition.plantId ?? []).map((scored) => plantSuggestion(scored, query, options));
  const classification = {
    classification: { suggestions: options.classification_raw ? { species: suggestions } : suggestions },
  };
  if (!options.health) return { ...classification, ...isPlantPart };
  const health = result ? healthParts(result.health, query, options) : {};
  return { ...health, ...(options.health !== 'only' && classification), ...isPlantPart };
}

type Options = Identification['options'];

function plantSuggestion({ species, score }: Scored, query: DetailQuery, options: Options): object {
  return {
    id: entityId(species.scientificName),
    name: species.scientificName,
    probability: rounded(score),
    ...similarImages(options),
    details: plantDetails(species, query),
  };
}

function healthParts(health: Health, query: DetailQuery, options: Options): object {
  return {
    disease: {
      suggestions: health.diseases.map(({ disease, probability }) => ({
        id: entityId(disease.name),
        name: disease.name,
        probability: rounded(probability),
        ...similarImages(options),
        details: diseaseDetails(disease, query),
      })),
      question: null,
    },
    is_healthy: { binary: health.isHealthy, probability: rounded(health.probability), threshold: 0.5 },
  };
}

/** Returns an empty list: the simulator has no pictures. */
function similarImages(options: Options): object {
  return options.similar_images ? { similar_images: [] } : {};
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** The details of each suggestion that a request asks for. */
interface DetailQuery {
  details: readonly string[];
  /** Up to three; with more than one, localised values are objects by language. */
  languages: readonly string[];
}

export function readDetailQuery(query: URLSearchParams): DetailQuery {
  const list = (name: string): string[] => (query.get(name) ?? '').split(',').filter((part) => part !== '');
  const languages = list('language').slice(0, 3);
  return { details: list('details'), languages: languages.length > 0 ? languages : ['en'] };
}

/** Returns the requested details; null for those that the simulator does not know. */
function plantDetails(species: Species, query: DetailQuery): Record<string, unknown> {
  const care = careOf(species);
  const known: Record<string, unknown> = {
    common_names: localised([species.commonName], query),
    url: localised(null, query),
    description: localised(null, query),
    taxonomy: { genus: species.genus, family: species.family, kingdom: 'Plantae' },
    name_authority: null,
    rank: 'species',
    gbif_id: species.gbifId,
    inaturalist_id: null,
    image: null,
    images: null,
    synonyms: null,
    edible_parts: null,
    propagation_methods: null,
    watering: care.watering,
    best_watering: null,
    best_light_condition: care.light,
    best_soil_type: care.soil,
    common_uses: null,
    toxicity: null,
    cultural_significance: null,
  };
  return pick(known, species.scientificName, query);
}

function diseaseDetails(disease: Disease, query: DetailQuery): Record<string, unknown> {
  const known: Record<string, unknown> = {
    local_name: localised(disease.name, query),
    description: localised(disease.description, query),
    url: localised(null, query),
    treatment: disease.treatment,
    classification: [],
    common_names: localised([], query),
    cause: null,
  };
  return pick(known, disease.name, query);
}

/** Returns the same id for the same name. */
function entityId(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 16);
}

function localised(value: unknown, { languages }: DetailQuery): unknown {
  return languages.length > 1 ? Object.fromEntries(languages.map((language) => [language, value])) : value;
}

function pick(
  known: Record<string, unknown>,
  name: string,
  { details, languages }: DetailQuery,
): Record<string, unknown> {
  const selected: Record<string, unknown> = {};
  for (const detail of details) if (detail in known) selected[detail] = known[detail];
  return { ...selected, language: languages[0], entity_id: entityId(name) };
}
