import { listText } from './format/list.ts';
import type { ProviderName, ProviderStatus } from './wire.ts';

/** Everything that pages know about a provider. */
interface ProviderFacts {
  /** Name that people know. */
  displayName: string;
  role: 'leads' | 'confirms';
  /** Its score is shown as a percentage; otherwise its rank is shown. */
  scoreIsProbability: boolean;
  /** Its calls cost credits that we pay for. */
  isPaid: boolean;
  /** Parts of an answer that are missing without this provider. */
  missingWithout?: 'health or care';
}

/** All providers, in the order of the pages. A provider that is new in the API does not compile without its row. */
export const PROVIDERS: Readonly<Record<ProviderName, ProviderFacts>> = {
  plant_id: {
    displayName: 'Plant.id',
    role: 'leads',
    scoreIsProbability: true,
    isPaid: true,
    missingWithout: 'health or care',
  },
  plantnet: { displayName: 'Pl@ntNet', role: 'confirms', scoreIsProbability: false, isPaid: false },
};

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table has no other keys
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as readonly ProviderName[];

/** Lists providers by their display names: "Plant.id and Pl@ntNet". */
export function displayNames(names: readonly ProviderName[]): string {
  return listText(names.map((name) => PROVIDERS[name].displayName));
}

/** Display names of all providers. */
export const ALL_PROVIDERS_TEXT = displayNames(PROVIDER_NAMES);

/** Display names of the providers that assess health and give care instructions. */
export const HEALTH_AND_CARE_TEXT = displayNames(
  PROVIDER_NAMES.filter((name) => PROVIDERS[name].missingWithout === 'health or care'),
);

/** Texts for a provider without an answer: before its name, and after it. */
export const UNANSWERED: Readonly<Record<Exclude<ProviderStatus, 'answered'>, { heading: string; phrase: string }>> = {
  failed: { heading: 'No answer', phrase: 'gave no answer' },
  timeout: { heading: 'Too slow', phrase: 'took too long' },
  resting: { heading: 'Resting', phrase: 'is resting' },
  busy: { heading: 'Busy', phrase: 'is busy' },
  quota: { heading: 'Used up', phrase: 'has no identifications left for now' },
  misconfigured: { heading: 'Not asked', phrase: 'cannot be asked at the moment' },
  off: { heading: 'Not asked', phrase: 'is not asked here' },
};
