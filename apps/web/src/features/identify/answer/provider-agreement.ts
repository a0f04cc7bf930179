import { percentText } from '../../../lib/format/amounts.ts';
import { listText } from '../../../lib/format/list.ts';
import { PROVIDER_NAMES, PROVIDERS, UNANSWERED } from '../../../lib/providers.ts';
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

/** Describes an opinion: by probability, or by rank where the provider's score is no percentage. */
function opinion(source: Source, probability: number | undefined): string {
  if (PROVIDERS[source.provider].scoreIsProbability && probability !== undefined)
    return `${percentText(probability)} sure`;
  return `its ${ordinal(source.rank)} choice of\u00a0${source.of}`;
}

/** Lists which provider named the first suggestion, which agrees or differs, and which gave no answer. */
export function providerAgreement(answer: Pick<Identification, 'suggestions' | 'providers'>): ProviderOpinion[] {
  const [best] = answer.suggestions;
  if (best === undefined) return [];
  const sourceOf = (name: ProviderName) => best.sources.find(({ provider }) => provider === name);
  const leader = PROVIDER_NAMES.find((name) => sourceOf(name) !== undefined);
  const others = PROVIDER_NAMES.filter((name) => name !== leader);
  return [...(leader === undefined ? [] : [leader]), ...others].flatMap((provider): ProviderOpinion[] => {
    const source = sourceOf(provider);
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

/** Names the providers of a candidate, the leading one first: "Plant.id, and third at Pl@ntNet". */
export function candidateSources({ sources }: Suggestion): string {
  const [first, ...others] = PROVIDER_NAMES.flatMap((name) => sources.find(({ provider }) => provider === name) ?? []);
  if (first === undefined) return '';
  const { displayName, scoreIsProbability } = PROVIDERS[first.provider];
  // A probability is shown beside the candidate, a rank only here.
  const start = scoreIsProbability ? displayName : `${displayName}, ${ordinal(first.rank)} choice`;
  const places = others.map(({ provider, rank }) => `${ordinal(rank)} at ${PROVIDERS[provider].displayName}`);
  return places.length === 0 ? start : `${start}, and ${listText(places)}`;
}

interface MissingProvider {
  provider: ProviderName;
  status: Exclude<ProviderStatus, 'answered' | 'off'>;
}

/** Returns the providers that are configured but gave no answer. */
export function missingProviders({ providers }: Pick<Identification, 'providers'>): MissingProvider[] {
  return PROVIDER_NAMES.flatMap((provider) => {
    const { status } = providers[provider];
    return status === 'answered' || status === 'off' ? [] : [{ provider, status }];
  });
}

/** Names the providers without an answer, and what is missing with them; undefined for a complete answer. */
export function partialText(answer: Pick<Identification, 'partial' | 'providers'>): string | undefined {
  const missing = answer.partial ? missingProviders(answer) : [];
  if (missing.length === 0) return undefined;
  const reasons = missing.map(
    ({ provider, status }) => `${PROVIDERS[provider].displayName} ${UNANSWERED[status].phrase}`,
  );
  const answered = PROVIDER_NAMES.filter((name) => answer.providers[name].status === 'answered').length;
  const opinions = answered > 1 ? `only ${answered} opinions` : 'one opinion';
  const parts = missing.flatMap(({ provider }) => PROVIDERS[provider].missingWithout ?? []);
  const without = parts.length === 0 ? '' : `, without ${listText(parts)}`;
  return `${listText(reasons)}, so ${answered > 1 ? 'these are' : 'this is'} ${opinions}${without}.`;
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
