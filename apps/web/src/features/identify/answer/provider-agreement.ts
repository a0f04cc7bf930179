import { percentText } from '../../../lib/format/amounts.ts';
import { otherProvider, PROVIDER_NAMES, UNANSWERED } from '../../../lib/providers.ts';
import type { Identification, ProviderName, ProviderStatus, Suggestion } from '../../../lib/wire.ts';

/** One line of a label: a provider and its opinion. */
interface ProviderOpinion {
  heading: string;
  provider: ProviderName;
  /** Text after the provider's name; may be empty. */
  text: string;
  /** A scientific name that ends the line. */
  latin?: string;
}

type Source = Suggestion['sources'][number];

/** Describes an opinion: by probability, or by rank, because Pl@ntNet's score is no percentage. */
function opinion(source: Source, probability: number | undefined): string {
  if (source.provider === 'plant_id' && probability !== undefined) return `${percentText(probability)} sure`;
  return `its ${ordinal(source.rank)} choice of\u00a0${source.of}`;
}

/** Lists which provider named the first suggestion, which agrees or differs, and which gave no answer. */
export function providerAgreement(answer: Pick<Identification, 'suggestions' | 'providers'>): ProviderOpinion[] {
  const [best] = answer.suggestions;
  if (best === undefined) return [];
  const leader: ProviderName = best.sources.some(({ provider }) => provider === 'plant_id') ? 'plant_id' : 'plantnet';
  return [leader, otherProvider(leader)].flatMap((provider): ProviderOpinion[] => {
    const source = best.sources.find((each) => each.provider === provider);
    const status: ProviderStatus = answer.providers[provider].status;
    if (source !== undefined) {
      return [
        { heading: provider === leader ? 'Named by' : 'Agreed by', provider, text: opinion(source, best.probability) },
      ];
    }
    if (status === 'off') return [];
    if (status !== 'answered') return [{ heading: UNANSWERED[status].heading, provider, text: '' }];
    const first = answer.suggestions.find(({ sources }) =>
      sources.some((each) => each.provider === provider && each.rank === 1),
    );
    return first
      ? [{ heading: 'Otherwise', provider, text: 'whose first choice is', latin: first.scientific_name }]
      : [{ heading: 'Otherwise', provider, text: 'which named none of these' }];
  });
}

/** Names the providers of a candidate: "Plant.id, and third at Pl@ntNet". */
export function candidateSources({ sources }: Suggestion): string {
  const plantId = sources.find(({ provider }) => provider === 'plant_id');
  const plantnet = sources.find(({ provider }) => provider === 'plantnet');
  if (plantId && plantnet)
    return `${PROVIDER_NAMES.plant_id}, and ${ordinal(plantnet.rank)} at ${PROVIDER_NAMES.plantnet}`;
  return plantnet ? `${PROVIDER_NAMES.plantnet}, ${ordinal(plantnet.rank)} choice` : PROVIDER_NAMES.plant_id;
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** Formats a rank: "first" to "tenth", then "11th". */
export function ordinal(place: number): string {
  const word = ORDINALS[place - 1];
  if (word !== undefined) return word;
  const teen = place % 100 >= 11 && place % 100 <= 13;
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th');
  return `${place}${ending}`;
}
