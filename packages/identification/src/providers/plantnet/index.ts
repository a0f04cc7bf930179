import { contractVersion, type ProviderDefinition } from '../definition.ts';
import { IMAGE_HOSTS } from './answer.ts';
import { createPlantNetClient } from './client.ts';
import { askedFor } from './request.ts';
import { identification } from './response.ts';

/**
 * Languages of common names that the parameter `lang` accepts; the default is English. A language that is missing here
 * only loses the local names, but one that the service does not accept would lose the answer.
 */
const LANGUAGES: ReadonlySet<string> = new Set(
  'ar bg ca cs da de el en es et eu fi fr gl he hr hu id it ja lt nb nl pl pt ro ru sk sl sv tr uk zh'.split(' '),
);

/** Pl@ntNet: free, 500 identifications a day. */
export const plantNet: ProviderDefinition = {
  name: 'plantnet',
  displayName: 'Pl@ntNet',
  createClient: (options) => createPlantNetClient(options, plantNet),
  contractVersion: contractVersion({ asked: askedFor(), read: identification, revision: 1 }),
  languages: LANGUAGES,
  cacheKeyOptions: ({ language = 'en', organs, project = 'all' }, photoCount) => ({
    language,
    organs: Array.from({ length: photoCount }, (_, index) => organs[index] ?? 'auto'),
    project,
  }),
  credits: () => 1,
  // Its scores are low by nature: 0.2 is normal for a right answer.
  poorBelowScore: 0,
  // The free plan counts error answers since 2026-02-13.
  billsErrorAnswers: true,
  canRecall: false,
  quotaPeriod: 'day',
  // The day's identifications are free, and meant to be used.
  warnAtShare: 0.9,
  imageHosts: IMAGE_HOSTS,
};
