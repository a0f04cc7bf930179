import { z } from 'zod';

/** Details are extras: one of an unexpected shape is left out rather than losing a paid answer. */
const extra = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);
const text = extra(z.string());
const texts = extra(z.array(z.string()));

const licensed = extra(z.object({ value: text, citation: text, license_name: text }));

const similarImages = extra(z.array(z.object({ url: text, citation: text, license_name: text })));

const plantDetails = extra(
  z.object({
    common_names: texts,
    taxonomy: extra(z.object({ genus: text, family: text })),
    gbif_id: extra(z.union([z.number(), z.string()])),
    image: licensed,
    watering: extra(z.object({ min: z.number(), max: z.number() })),
    best_light_condition: text,
    best_soil_type: text,
  }),
);

const diseaseDetails = extra(
  z.object({
    local_name: text,
    description: text,
    treatment: extra(z.object({ chemical: texts, biological: texts, prevention: texts })),
  }),
);

const plantSuggestion = z.object({
  name: z.string(),
  probability: z.number(),
  similar_images: similarImages,
  details: plantDetails,
});

export type PlantSuggestion = z.infer<typeof plantSuggestion>;

const diseaseSuggestion = z.object({
  name: z.string(),
  probability: z.number(),
  /** A more specific disease is in the list, too. */
  redundant: extra(z.boolean()),
  details: diseaseDetails,
});

export type DiseaseSuggestion = z.infer<typeof diseaseSuggestion>;

/** Thresholds differ between models, so only the service's own judgement `binary` is read. */
const judgement = z.object({ probability: z.number(), binary: z.boolean() });

const result = z
  .object({
    is_plant: judgement.nullish(),
    classification: z
      .object({
        /** An object by rank when `classification_raw` was asked for. */
        suggestions: z
          .union([
            z.array(plantSuggestion),
            z.object({ species: z.array(plantSuggestion).nullish() }).transform(({ species }) => species),
          ])
          .nullish(),
      })
      .nullish(),
    is_healthy: judgement.nullish(),
    disease: z.object({ suggestions: z.array(diseaseSuggestion).nullish() }).nullish(),
  })
  .refine((value) => value.is_plant ?? value.classification ?? value.is_healthy, 'says nothing');
export type PlantIdResult = z.infer<typeof result>;

/** The answer of POST as far as the cached answer comes of it: part of the contract version. Other fields are ignored. */
export const identification = z.object({ result });

/** Under this token Plant.id keeps photos and answer, for six months as documented. */
const access_token = extra(z.string().regex(/^[\w.-]{1,200}$/));

/** The answer of POST. */
export const created = identification.extend({ access_token });

/** The answer of a later GET. `created`: epoch seconds. An identification without a result has failed for good. */
export const recalled = z
  .object({ status: z.string().nullish(), created: z.number().nullish(), result: result.nullish(), access_token })
  .refine((value) => value.result ?? value.status === 'FAILED', 'is not finished');

const amounts = extra(
  z.object({
    day: extra(z.number()),
    week: extra(z.number()),
    month: extra(z.number()),
    total: extra(z.number()),
  }),
);

/** The answer of `usage_info`; credits are null or absent where there is no limit. */
export const usage = z.object({
  active: z.boolean(),
  can_use_credits: extra(z.object({ value: z.boolean(), reason: extra(z.string()) })),
  credit_limits: amounts,
  used: amounts,
  remaining: amounts,
});

export type PlantIdUsage = z.infer<typeof usage>;
