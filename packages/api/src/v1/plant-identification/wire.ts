import { isOneLine } from '@plantcommunity/auth';
import {
  byProvider,
  CONFIRMING_PROVIDERS,
  FEEDBACK_RATINGS,
  MAX_FEEDBACK_NAME_LENGTH,
  ORGANS,
  PROVIDER_NAMES,
} from '@plantcommunity/identification';
import { z } from 'zod';
import 'zod-openapi';
import { EXAMPLES } from './examples.ts';

/** The wire shapes of v1, for tRPC outputs, REST bodies and the OpenAPI document. */

const provider = z
  .enum(PROVIDER_NAMES)
  .meta({ id: 'Provider', description: 'An identification service', example: PROVIDER_NAMES[0] });
const share = z.number().min(0).max(1);
const id = z.string().length(26).meta({ description: 'ULID', example: '01JD8Z4Q0M3T5R7V9X1B2C4D6F' });

const image = z
  .object({ url: z.url(), author: z.string().optional(), license: z.string().optional() })
  .meta({ id: 'ReferenceImage', example: EXAMPLES.referenceImage });

const source = z
  .object({
    provider,
    score: share
      .optional()
      .meta({ description: "On the provider's own scale; scores of two providers cannot be compared" }),
    rank: z.int().min(1).meta({ description: "Rank among the provider's candidates" }),
    of: z.int().min(1).meta({ description: 'Number of candidates from the provider' }),
  })
  .meta({ id: 'Source', example: EXAMPLES.source });

const suggestion = z
  .object({
    plant_name: z.string().meta({ description: 'The best common name, or the scientific name' }),
    scientific_name: z.string().meta({ description: 'Without authors' }),
    family: z.string().optional(),
    genus: z.string().optional(),
    probability: share.optional().meta({ description: "Plant.id's probability; absent if it gave none" }),
    sources: z.array(source).max(PROVIDER_NAMES.length),
    gbif_id: z.string().optional(),
    images: z.array(image),
  })
  .meta({ id: 'Suggestion', example: EXAMPLES.suggestion });

const care = z
  .object({
    watering: z
      .object({ min: z.number(), max: z.number() })
      .optional()
      .meta({ description: 'From 1 (dry) to 3 (wet)' }),
    light: z.string().optional(),
    soil: z.string().optional(),
  })
  .meta({ id: 'CareInstructions', example: EXAMPLES.careInstructions });

const treatment = z.object({
  chemical: z.array(z.string()).optional(),
  biological: z.array(z.string()).optional(),
  prevention: z.array(z.string()).optional(),
});

const diseases = z
  .object({
    is_healthy: z.boolean(),
    probability: share.meta({ description: 'Probability that the plant is healthy' }),
    diseases: z.array(
      z
        .object({
          name: z.string(),
          probability: share,
          description: z.string().optional(),
          treatment: treatment.optional(),
        })
        .meta({ id: 'Disease', example: EXAMPLES.disease }),
    ),
  })
  .meta({ id: 'DiseaseDetection', example: EXAMPLES.diseaseDetection });

const verdictShape = {
  is_plant: z.boolean(),
  plant_name: z.string().optional(),
  scientific_name: z.string().optional(),
  confidence: share
    .optional()
    .meta({ description: 'Confidence of the first suggestion, from Plant.id unless confidence_source says otherwise' }),
  confidence_source: z.literal(CONFIRMING_PROVIDERS).optional(),
  suggestions: z.array(suggestion).max(5).meta({ description: 'Best first; empty if the photos show no plant' }),
  care_instructions: care.optional(),
  disease_detection: diseases.optional(),
};

const providerStatus = z
  .enum(['answered', 'failed', 'timeout', 'resting', 'busy', 'quota', 'misconfigured', 'off'])
  .meta({
    id: 'ProviderStatus',
    description:
      'answered; failed: connection error, 5xx or malformed answer; timeout; resting: its circuit breaker lets no call through; busy: too many calls at once; quota: used up; misconfigured: it rejects our key; off: not configured',
    example: 'answered',
  });

const providerReport = z
  .object({
    status: providerStatus,
    reason: z
      .object({ detail: z.string(), pointer: z.string() })
      .optional()
      .meta({ description: 'The part of the request that the provider rejected, in the form of `errors` of a 400' }),
  })
  .meta({ id: 'ProviderReport', example: EXAMPLES.providerReport });

const identificationShape = {
  success: z.literal(true),
  id: id.optional().meta({ description: 'Absent for anonymous callers, whose identifications are not stored' }),
  filed: z
    .literal(false)
    .optional()
    .meta({ description: "False if the answer could not be saved to the caller's history; it then has no id" }),
  demo: z.boolean().meta({ description: 'True if a simulator answered' }),
  partial: z.boolean().meta({ description: 'True if an enabled provider did not answer' }),
  cached: z.boolean(),
  stale: z.boolean(),
  ...verdictShape,
  providers: z.object(byProvider(() => providerReport)),
};

export const identification = z
  .object(identificationShape)
  .meta({ id: 'Identification', example: EXAMPLES.identification });

const rating = z.enum(FEEDBACK_RATINGS).meta({
  id: 'FeedbackRating',
  description:
    'right: the answer is right; not_this: it is wrong; it_is: it is wrong, and `name` says what the plant is',
  example: 'right',
});

export const newFeedback = z
  .strictObject({
    rating,
    name: z
      .string()
      .trim()
      .normalize('NFC')
      .min(1)
      .max(MAX_FEEDBACK_NAME_LENGTH)
      .refine(isOneLine, 'must be one line without control characters')
      .optional()
      .meta({
        description:
          'Common or scientific name of the plant, on one line. Required with it_is, refused with other ratings',
      }),
  })
  .meta({ id: 'NewFeedback', example: EXAMPLES.newFeedback });

export const feedback = z
  .object({
    rating,
    name: z.string().optional().meta({ description: 'What the plant is, as the owner says' }),
    created_at: z.iso.datetime().meta({ description: 'When the feedback was last given' }),
  })
  .meta({
    id: 'Feedback',
    description: 'What the owner says of the answer; absent until then',
    example: EXAMPLES.feedback,
  });

export const storedIdentification = z
  .object({
    ...identificationShape,
    id,
    created_at: z.iso.datetime(),
    photos: z.int().min(0),
    feedback: feedback.optional(),
  })
  .meta({ id: 'StoredIdentification', example: EXAMPLES.storedIdentification });

const exportedRequest = z
  .object({
    organs: z.array(z.enum(ORGANS)),
    include_diseases: z.boolean(),
    latitude: z.number().optional(),
    longitude: z.number().optional(),
    language: z.string().optional(),
    project: z.string().optional(),
  })
  .meta({ id: 'ExportedRequest', description: 'What was asked about the photos', example: EXAMPLES.exportedRequest });

export const exportedIdentification = storedIdentification
  .extend({
    request: exportedRequest,
    files: z.array(z.string()).optional().meta({
      description: 'Files of its photos that the same ZIP holds; absent in an export without photos',
    }),
  })
  .meta({ id: 'ExportedIdentification', example: EXAMPLES.exportedIdentification });

export const history = z
  .object({
    items: z.array(
      z
        .object({
          id,
          created_at: z.iso.datetime(),
          plant_name: z.string().optional(),
          scientific_name: z.string().optional(),
          confidence: share.optional(),
          confidence_source: z.literal(CONFIRMING_PROVIDERS).optional(),
          is_plant: z.boolean(),
          demo: z.boolean(),
          photos: z.int().min(0).meta({ description: 'Number of photos that can be fetched' }),
          feedback: feedback.optional(),
        })
        .meta({ id: 'HistoryItem', example: EXAMPLES.historyItem }),
    ),
    next_cursor: z.string().optional().meta({ description: 'Absent on the last page' }),
  })
  .meta({ id: 'History', example: EXAMPLES.history });

const circuitState = z.enum(['closed', 'open', 'half_open', 'isolated', 'off', 'misconfigured']).meta({
  id: 'CircuitState',
  description: 'State of a circuit breaker; off and misconfigured: the provider has no key, or rejects it',
  example: 'closed',
});

const providerHealth = z
  .object({
    available: z.boolean(),
    circuit_state: circuitState,
    fail_count: z.string().meta({ description: 'Failures, of the failures that open the circuit', example: '0/3' }),
  })
  .meta({ id: 'ProviderHealth', example: EXAMPLES.providerHealth });

const part = z.object({ available: z.boolean() });

export const health = z
  .object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    timestamp: z.iso.datetime(),
    version: z.string(),
    circuit_state: circuitState.meta({ description: 'State of the Plant.id circuit' }),
    services: z.object({ ...byProvider(() => providerHealth), redis: part, database: part }),
    authentication: z.object({ mode: z.enum(['development', 'production']), requires_auth: z.boolean() }),
  })
  .meta({ id: 'IdentifyHealth', example: EXAMPLES.health });

const at = z.number().meta({ description: 'Milliseconds since the request was received' });

/** An event of the progress subscription, which REST does not have. */
export const progress = z.discriminatedUnion('type', [
  z.object({ type: z.literal('received'), at, photos: z.int() }),
  z.object({ type: z.literal('read'), at }),
  z.object({
    type: z.literal('asking'),
    at,
    provider,
    usual_ms: z.number().optional(),
    slow_ms: z.number().optional(),
  }),
  z.object({ type: z.literal('answered'), at, provider, verdict: z.object(verdictShape) }),
  z.object({
    type: z.literal('unanswered'),
    at,
    provider,
    status: providerStatus,
    retry_after_ms: z.number().optional(),
  }),
  z.object({ type: z.literal('comparing'), at }),
  z.object({ type: z.literal('done'), at, ok: z.boolean() }),
]);

export type WireProgress = z.infer<typeof progress>;
export type WireVerdict = Extract<WireProgress, { type: 'answered' }>['verdict'];
export type WireIdentification = z.infer<typeof identification>;
export type WireStoredIdentification = z.infer<typeof storedIdentification>;
export type WireExportedIdentification = z.infer<typeof exportedIdentification>;
export type WireFeedback = z.infer<typeof feedback>;
export type WireHistory = z.infer<typeof history>;
export type WireHealth = z.infer<typeof health>;
