import { createHash } from 'node:crypto';
import { careOf } from '../care.ts';
import type { Complaint } from '../health.ts';
import type { Species } from '../species.ts';

/** What the query of a request wants to know of each suggestion. */
export interface Wanted {
  details: readonly string[];
  /** Up to three; with more than one, localised values become dictionaries. */
  languages: readonly string[];
}

export function wantedBy(query: URLSearchParams): Wanted {
  const list = (name: string): string[] => (query.get(name) ?? '').split(',').filter((part) => part !== '');
  const languages = list('language').slice(0, 3);
  return { details: list('details'), languages: languages.length > 0 ? languages : ['en'] };
}

/** Only what is wanted; null where the simulator knows nothing. */
export function plantDetails(species: Species, wanted: Wanted): Record<string, unknown> {
  const care = careOf(species);
  const known: Record<string, unknown> = {
    common_names: localised([species.commonName], wanted),
    url: localised(null, wanted),
    description: localised(null, wanted),
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
  return pick(known, species.scientificName, wanted);
}

export function diseaseDetails(complaint: Complaint, wanted: Wanted): Record<string, unknown> {
  const known: Record<string, unknown> = {
    local_name: localised(complaint.name, wanted),
    description: localised(complaint.description, wanted),
    url: localised(null, wanted),
    treatment: complaint.treatment,
    classification: [],
    common_names: localised([], wanted),
    cause: null,
  };
  return pick(known, complaint.name, wanted);
}

/** An id that stays the same for the same name. */
export function entityId(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 16);
}

function localised(value: unknown, { languages }: Wanted): unknown {
  return languages.length > 1 ? Object.fromEntries(languages.map((language) => [language, value])) : value;
}

function pick(known: Record<string, unknown>, name: string, { details, languages }: Wanted): Record<string, unknown> {
  const wanted: Record<string, unknown> = {};
  for (const detail of details) if (detail in known) wanted[detail] = known[detail];
  return { ...wanted, language: languages[0], entity_id: entityId(name) };
}
