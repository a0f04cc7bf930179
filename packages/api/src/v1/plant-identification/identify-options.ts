import type { Upload, UploadForm, UploadLimits } from '@plantcommunity/http';
import { type IdentifyOptions, ORGANS } from '@plantcommunity/identification';
import { z } from 'zod';
import { invalidRequest } from '../../errors/to-api-error.ts';
import { listItems, singleValue } from './field-values.ts';
import { isLanguageTag, primarySubtag } from './language-tag.ts';

/** Matches JSON numbers, and plus signs and leading zeros, which the replaced system accepted. */
const NUMBER = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?|[+-]?\d{1,3}(?:\.\d{1,15})?)$/i;

const text = (pattern: RegExp, message: string) => z.string(message).regex(pattern, message);

const coordinate = (limit: number) => {
  const range = `must be from -${limit} to ${limit}`;
  // Adding 0 turns -0 into 0, so that both are the same place.
  return text(NUMBER, 'must be a decimal number of degrees, such as 52.5 or -5e-05')
    .transform((sent) => Number(sent) + 0)
    .pipe(z.number(range).min(-limit, range).max(limit, range))
    .optional();
};

const LANGUAGE = 'must be a language tag, such as de or pt-BR';

/**
 * Accepts every language: a provider that does not support it answers in its default language. Phones name theirs with
 * an underscore, such as pt_BR; Java puts a script behind a # (`zh_TW_#Hant`), POSIX a charset behind a dot
 * (`en_US.UTF-8`, as Dart hands it out) and a variant behind an @, as Apple does (`de_DE@calendar=gregorian`).
 */
const languageTag = z
  .string(LANGUAGE)
  .transform((tag) => tag.replace(/_*[.@#].*$/, '').replaceAll('_', '-'))
  .refine(isLanguageTag, LANGUAGE)
  .transform(primarySubtag)
  .optional();

/** The fields of an identify upload. Clients of the replaced system send `image_url`, which it never read. */
export const IDENTIFY_FIELDS = {
  photoField: 'image',
  textFields: {
    organs: 'list',
    include_diseases: 'single',
    latitude: 'single',
    longitude: 'single',
    language: 'single',
    project: 'single',
  },
  ignoredFields: ['image_url'],
} as const satisfies Omit<UploadForm, keyof UploadLimits>;

const BOOLEAN = 'must be true or false';

/** The text fields of an identify upload; the wire names are the keys, so that errors point at what was sent. */
const fields = z
  .object({
    photos: z.int(),
    organs: z.array(z.enum(ORGANS, `must be one of ${ORGANS.join(', ')}`), 'must be a list'),
    include_diseases: z
      .string(BOOLEAN)
      .pipe(z.stringbool({ error: BOOLEAN }))
      .default(true),
    latitude: coordinate(90),
    longitude: coordinate(180),
    language: languageTag,
    project: text(/^[a-z0-9-]{1,64}$/i, 'must be the id of a Pl@ntNet flora').optional(),
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

/** Returns the options of an upload. @throws {ApiError} `invalid_request`, pointing at every wrong field */
export function identifyOptions(upload: Upload): IdentifyOptions {
  return upload.fields.size === 0 ? DEFAULT_OPTIONS : readOptions(upload);
}

/** The options of uploads without text fields, which most are. */
const DEFAULT_OPTIONS = readOptions({ photos: [], fields: new Map() });

function readOptions({ photos, fields: sent }: Upload): IdentifyOptions {
  const single = (name: string) => singleValue(name, sent.get(name) ?? []);
  const { data, error } = fields.safeParse({
    photos: photos.length,
    organs: listItems('organs', sent.get('organs') ?? []),
    include_diseases: single('include_diseases'),
    latitude: single('latitude'),
    longitude: single('longitude'),
    language: single('language'),
    project: single('project'),
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
