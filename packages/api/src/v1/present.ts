import type {
  HistoryPage,
  Identification,
  MergedResult,
  ProgressEvent,
  ProviderReport,
  StoredIdentification,
  Suggestion,
} from '@plantcommunity/identification';
import { rejectedField } from '../errors/rejected-field.ts';
import type { WireHistory, WireIdentification, WireProgress, WireStoredIdentification, WireVerdict } from './wire.ts';

/** From the domain's words to those of v1. What is undefined is absent on the wire. */
export function presentIdentification(found: Identification): WireIdentification {
  return {
    success: true,
    id: found.id,
    filed: found.filed,
    demo: found.demo,
    partial: found.partial,
    cached: found.cached,
    stale: found.stale,
    ...presentVerdict(found),
    providers: {
      plant_id: presentReport(found.providers.plant_id),
      plantnet: presentReport(found.providers.plantnet),
    },
  };
}

function presentReport({ rejected, status }: ProviderReport): WireIdentification['providers']['plant_id'] {
  return { status, reason: rejected && rejectedField(rejected) };
}

export function presentStored(found: StoredIdentification): WireStoredIdentification {
  return {
    ...presentIdentification(found.identification),
    id: found.identification.id,
    created_at: found.createdAt.toISOString(),
    photos: found.photos,
  };
}

export function presentHistory(page: HistoryPage): WireHistory {
  return {
    items: page.items.map((item) => ({
      id: item.id,
      created_at: item.createdAt.toISOString(),
      plant_name: item.plantName,
      scientific_name: item.scientificName,
      confidence: item.confidence,
      confidence_source: item.confidenceSource,
      is_plant: item.isPlant,
      demo: item.demo,
      photos: item.photos,
    })),
    next_cursor: page.nextCursor,
  };
}

export function presentProgress(event: ProgressEvent): WireProgress {
  switch (event.type) {
    case 'asking': {
      const { usualMs, slowMs, ...rest } = event;
      return { ...rest, usual_ms: usualMs, slow_ms: slowMs };
    }
    case 'answered':
      return { ...event, verdict: presentVerdict(event.verdict) };
    case 'unanswered': {
      const { retryAfterMs, ...rest } = event;
      return { ...rest, retry_after_ms: retryAfterMs };
    }
    case 'received':
    case 'read':
    case 'comparing':
    case 'done':
      return event;
  }
}

function presentVerdict({
  care,
  confidence,
  confidenceSource,
  health,
  isPlant,
  suggestions,
}: MergedResult): WireVerdict {
  const [best] = suggestions;
  return {
    is_plant: isPlant,
    plant_name: best?.plantName,
    scientific_name: best?.scientificName,
    confidence,
    confidence_source: confidenceSource,
    suggestions: suggestions.map(presentSuggestion),
    care_instructions: care,
    disease_detection: health && presentHealth(health),
  };
}

function presentSuggestion(suggestion: Suggestion): WireVerdict['suggestions'][number] {
  return {
    plant_name: suggestion.plantName,
    scientific_name: suggestion.scientificName,
    family: suggestion.family,
    genus: suggestion.genus,
    probability: suggestion.probability,
    sources: [...suggestion.sources],
    gbif_id: suggestion.gbifId,
    images: [...suggestion.images],
  };
}

function presentHealth(health: NonNullable<MergedResult['health']>): WireVerdict['disease_detection'] {
  return {
    is_healthy: health.isHealthy,
    probability: health.probability,
    diseases: health.diseases.map(({ description, name, probability, treatment }) => ({
      name,
      probability,
      description,
      treatment: treatment && {
        chemical: treatment.chemical && [...treatment.chemical],
        biological: treatment.biological && [...treatment.biological],
        prevention: treatment.prevention && [...treatment.prevention],
      },
    })),
  };
}
