import { z } from 'zod';

/** Extras of an unexpected shape are left out rather than losing the answer. */
const extra = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);
const text = extra(z.string());

const taxon = extra(z.object({ scientificNameWithoutAuthor: text }));

const image = z.object({ author: text, license: text, url: extra(z.object({ m: text })) });

const result = z.object({
  score: z.number(),
  species: z.object({
    scientificNameWithoutAuthor: z.string(),
    genus: taxon,
    family: taxon,
    commonNames: extra(z.array(z.string())),
  }),
  images: extra(z.array(image)),
  gbif: extra(z.object({ id: z.union([z.string(), z.number()]) })),
});
export type PlantNetResult = z.infer<typeof result>;

/** The answer of POST; other fields are ignored. */
export const identification = z.object({ results: z.array(result) });

/** The answer of `/v2/quota/daily`. */
export const dailyQuota = z.object({
  day: text,
  quota: z.object({
    identify: z.object({ count: extra(z.number()), total: extra(z.number()), remaining: extra(z.number()) }),
  }),
});
export type DailyQuota = z.infer<typeof dailyQuota>;

/** The list of projects (floras). */
export const projectList = z.array(z.object({ id: z.string() }));

/** An answer outside 2xx. */
export const errorBody = z.object({ message: z.string() });
