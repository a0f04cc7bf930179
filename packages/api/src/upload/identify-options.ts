import { type IdentifyOptions, ORGANS } from '@plantcommunity/identification';
import { z } from 'zod';
import { invalidRequest } from '../errors/to-api-error.ts';
import type { Upload } from '../multipart/form.ts';
import { isLanguageTag, primarySubtag } from './language-tag.ts';

// The reader has refused what is sent more than once.
const single = z.array(z.string()).transform(([value]) => value);

const coordinate = (limit: number) =>
  z
    .string()
    .regex(/^[+-]?\d{1,3}(\.\d{1,15})?$/, 'must be a decimal number of degrees')
    .transform(Number)
    .pipe(z.number().min(-limit).max(limit))
    .optional();

const text = (pattern: RegExp, message: string) => z.string().regex(pattern, message).optional();

/** Accepts every language: a provider that does not support it answers in its default language. */
const languageTag = z
  .string()
  .refine(isLanguageTag, 'must be a language tag, such as de or pt-BR')
  .transform(primarySubtag)
  .optional();

/** The text fields of an identify upload; the wire names are the keys, so that errors point at what was sent. */
const fields = z
  .object({
    photos: z.int(),
    organs: z.array(z.enum(ORGANS, `must be one of ${ORGANS.join(', ')}`)),
    include_diseases: single.pipe(z.stringbool({ error: 'must be true or false' }).default(true)),
    latitude: single.pipe(coordinate(90)),
    longitude: single.pipe(coordinate(180)),
    language: single.pipe(languageTag),
    project: single.pipe(text(/^[a-z0-9-]{1,64}$/i, 'must be the id of a Pl@ntNet flora')),
  })
  .superRefine(({ latitude, longitude, organs, photos }, context) => {
    if (organs.length > 0 && organs.length !== photos) {
      context.addIssue({ code: 'custom', path: ['organs'], message: 'must be sent for every image or for none' });
    }
    if ((latitude === undefined) !== (longitude === undefined)) {
      const missing = latitude === undefined ? 'latitude' : 'longitude';
      context.addIssue({ code: 'custom', path: [missing], message: 'latitude and longitude belong together' });
    }
  });

/** What is asked for beside the photos. @throws {ApiError} `invalid_request`, pointing at every field that is wrong */
export function identifyOptions(upload: Upload): IdentifyOptions {
  return upload.fields.size === 0 ? nothingAskedFor : readOptions(upload);
}

/** Most uploads are photos alone. */
const nothingAskedFor = readOptions({ photos: [], fields: new Map() });

function readOptions({ photos, fields: sent }: Upload): IdentifyOptions {
  const all = (name: string): readonly string[] => sent.get(name) ?? [];
  const { data, error } = fields.safeParse({
    photos: photos.length,
    organs: all('organs'),
    include_diseases: all('include_diseases'),
    latitude: all('latitude'),
    longitude: all('longitude'),
    language: all('language'),
    project: all('project'),
  });
  if (error !== undefined) throw invalidRequest(error);
  const { include_diseases, language, latitude, longitude, organs, project } = data;
  return {
    includeDiseases: include_diseases,
    organs,
    ...(latitude === undefined || longitude === undefined ? {} : { location: { latitude, longitude } }),
    ...(language === undefined ? {} : { language }),
    ...(project === undefined ? {} : { project: project.toLowerCase() }),
  };
}
