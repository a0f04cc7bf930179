import { contractVersion, type ProviderDefinition } from '../definition.ts';
import { IMAGE_HOSTS } from './answer.ts';
import { createPlantIdClient } from './client.ts';
import { askedFor } from './request.ts';
import { identification } from './response.ts';

/**
 * Languages of names and texts that Plant.id supports: every code of ISO 639-1, as documented. The default is English.
 */
const LANGUAGES: ReadonlySet<string> = new Set(
  (
    'aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en ' +
    'eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja ' +
    'jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb ' +
    'nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq ' +
    'sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu'
  ).split(' '),
);

/** Plant.id by Kindwise: paid, scarce credits. */
export const plantId: ProviderDefinition = {
  name: 'plant_id',
  displayName: 'Plant.id',
  createClient: (options) => createPlantIdClient(options, plantId),
  contractVersion: contractVersion({ asked: askedFor(), read: identification, revision: 1 }),
  languages: LANGUAGES,
  cacheKeyOptions: ({ includeDiseases, language = 'en', location }) => ({
    diseases: includeDiseases,
    language,
    location: location === undefined ? null : [location.latitude, location.longitude],
  }),
  // The plant's health costs a second credit.
  credits: ({ includeDiseases }) => (includeDiseases ? 2 : 1),
  poorBelowScore: 0.3,
  // Only identifications cost credits.
  billsErrorAnswers: false,
  canRecall: true,
  quotaPeriod: 'month',
  warnAtShare: 0.8,
  rateLimitWindow: 'month',
  imageHosts: IMAGE_HOSTS,
};
