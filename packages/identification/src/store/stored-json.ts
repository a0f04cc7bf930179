import { z } from 'zod';
import {
  byProvider,
  CONFIRMING_PROVIDERS,
  type Identification,
  type IdentifyOptions,
  ORGANS,
  PROVIDER_NAMES,
  REJECTABLE_PARTS,
} from '../types.ts';

// Schemas of the columns `result`, `options` and `answer`. Old rows stay readable: new fields are optional.

/** Drops what PostgreSQL cannot store in a text, so that it does not reject the answer. */
const text = z.string().overwrite((value) => value.replaceAll('\0', '').toWellFormed());
const optionalText = text.exactOptional();
const optionalTexts = z.array(text).exactOptional();
const optionalNumber = z.number().exactOptional();
const provider = z.enum(PROVIDER_NAMES);
const status = z.enum(['answered', 'failed', 'timeout', 'resting', 'busy', 'quota', 'misconfigured', 'off']);

const report = z.object({ status, rejected: z.enum(REJECTABLE_PARTS).exactOptional() });

const suggestion = z.object({
  plantName: text,
  scientificName: text,
  family: optionalText,
  genus: optionalText,
  probability: optionalNumber,
  sources: z.array(z.object({ provider, score: optionalNumber, rank: z.number(), of: z.number() })),
  gbifId: optionalText,
  images: z.array(z.object({ url: text, author: optionalText, license: optionalText })),
});

const care = z.object({
  watering: z.object({ min: z.number(), max: z.number() }).exactOptional(),
  light: optionalText,
  soil: optionalText,
});

const disease = z.object({
  name: text,
  probability: z.number(),
  description: optionalText,
  treatment: z
    .object({ chemical: optionalTexts, biological: optionalTexts, prevention: optionalTexts })
    .exactOptional(),
});

export const storedResult = z.object({
  isPlant: z.boolean(),
  suggestions: z.array(suggestion),
  confidence: optionalNumber,
  confidenceSource: z.literal(CONFIRMING_PROVIDERS).exactOptional(),
  care: care.exactOptional(),
  health: z.object({ isHealthy: z.boolean(), probability: z.number(), diseases: z.array(disease) }).exactOptional(),
  demo: z.boolean(),
  partial: z.boolean(),
  cached: z.boolean(),
  stale: z.boolean(),
  // A provider that is new since the row was written was off then.
  providers: z.object(byProvider(() => report.default({ status: 'off' }))),
}) satisfies z.ZodType<Omit<Identification, 'id'>>;

/** Column `answer` of a key: a result with the id of its identification, if it has one. */
export const storedAnswer = storedResult.extend({ id: z.string().exactOptional() }) satisfies z.ZodType<
  Omit<Identification, 'filed'>
>;

export const storedOptions = z.object({
  includeDiseases: z.boolean(),
  organs: z.array(z.enum(ORGANS)),
  location: z.object({ latitude: z.number(), longitude: z.number() }).exactOptional(),
  language: optionalText,
  project: optionalText,
}) satisfies z.ZodType<IdentifyOptions>;
