import {
  type HistoryPage,
  type Identification,
  LEADING_PROVIDER,
  type MergedResult,
  mapProviders,
  type ProgressEvent,
  type ProviderHealth,
  type ProviderName,
  type ProviderReport,
  type ServiceHealth,
  type StoredFeedback,
  type StoredIdentification,
  type Suggestion,
} from '@plantcommunity/identification';
import { REJECTED_FIELDS } from '../../errors/texts.ts';
import type { ExportItem } from './history-export.ts';
import type {
  WireExportedIdentification,
  WireFeedback,
  WireHealth,
  WireHistory,
  WireIdentification,
  WireProgress,
  WireStoredIdentification,
  WireVerdict,
} from './wire.ts';

/** Members that are undefined are absent on the wire. */
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
    providers: mapProviders(found.providers, presentReport),
  };
}

function presentReport({ rejected, status }: ProviderReport): WireIdentification['providers'][ProviderName] {
  return { status, reason: rejected && REJECTED_FIELDS[rejected] };
}

export function presentStored(found: StoredIdentification): WireStoredIdentification {
  return {
    ...presentIdentification(found.identification),
    id: found.identification.id,
    created_at: found.createdAt.toISOString(),
    photos: found.photos,
    feedback: found.feedback && presentFeedback(found.feedback),
  };
}

export function presentExported({ files, found }: ExportItem): WireExportedIdentification {
  const { includeDiseases, language, location, organs, project } = found.options;
  return {
    ...presentStored(found),
    request: {
      organs: [...organs],
      include_diseases: includeDiseases,
      latitude: location?.latitude,
      longitude: location?.longitude,
      language,
      project,
    },
    files: files && [...files],
  };
}

export function presentFeedback({ createdAt, name, rating }: StoredFeedback): WireFeedback {
  return { rating, name, created_at: createdAt.toISOString() };
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
      feedback: item.feedback && presentFeedback(item.feedback),
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
    disease_detection: health && presentPlantHealth(health),
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

function presentPlantHealth(health: NonNullable<MergedResult['health']>): WireVerdict['disease_detection'] {
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

/** State of the services behind an identification, and of this server. */
export interface HealthReport {
  services: ServiceHealth;
  /** Epoch milliseconds. */
  at: number;
  version: string;
  mode: 'development' | 'production';
}

export function presentHealth({ at, mode, services, version }: HealthReport): WireHealth {
  const { database, providers, redis } = services;
  return {
    status: healthStatus(services),
    timestamp: new Date(at).toISOString(),
    version,
    circuit_state: providers[LEADING_PROVIDER].state,
    services: {
      ...mapProviders(providers, presentProvider),
      redis: { available: redis },
      database: { available: database },
    },
    authentication: { mode, requires_auth: mode === 'production' },
  };
}

/** Implements the health table of the wire contract. Providers that are off by configuration are left out. */
export function healthStatus({ database, providers, redis }: ServiceHealth): WireHealth['status'] {
  const states = Object.values(providers)
    .filter(({ state }) => state !== 'off')
    .map(({ outOfQuota, state }) => (outOfQuota ? 'out_of_quota' : state));
  const someClosed = states.includes('closed');
  if (!database || (!someClosed && !states.includes('half_open'))) return 'unhealthy';
  return redis && states.every((state) => state === 'closed') ? 'healthy' : 'degraded';
}

function presentProvider({ available, failCount, failMax, state }: ProviderHealth) {
  return { available, circuit_state: state, fail_count: `${failCount}/${failMax}` };
}
