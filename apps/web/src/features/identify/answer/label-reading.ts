import { type Sureness, sureness, surestGenus } from '@plantcommunity/identification/sureness';
import type { Suggestion, Verdict } from '../../../lib/wire.ts';
import { article, genusNoun } from './genus-noun.ts';

/** What the label of an answer says. */
export type LabelReading =
  | { kind: 'no_plant' }
  | {
      kind: 'species';
      title: string;
      /** The scientific name, unless the title is it already. */
      latin?: string;
      titleIsLatin: boolean;
      family?: string;
      word: Sureness;
      /** Plant.id's probability; absent when it gave none, for Pl@ntNet's score is no percentage. */
      share?: number;
      best: Suggestion;
    }
  | { kind: 'genus'; title: string; noun: string; genus: string; word: Sureness; share?: number; best: Suggestion };

/** Names the species, or its genus when no species is sure enough: a weak guess is never shown as the answer. */
export function readLabel(verdict: Verdict): LabelReading {
  const [best] = verdict.suggestions;
  if (!verdict.is_plant || best === undefined) return { kind: 'no_plant' };

  const word = sureness(verdict.confidence ?? 0, verdict.confidence_source);
  const genus = word === 'unsure' ? readGenus(verdict, best) : undefined;
  if (genus !== undefined) return genus;

  const titleIsLatin = best.plant_name === best.scientific_name;
  const share = verdict.confidence_source === undefined ? best.probability : undefined;
  return {
    kind: 'species',
    title: best.plant_name,
    titleIsLatin,
    ...(titleIsLatin ? {} : { latin: best.scientific_name }),
    ...(best.family === undefined ? {} : { family: best.family }),
    word,
    ...(share === undefined ? {} : { share }),
    best,
  };
}

function readGenus(verdict: Verdict, best: Suggestion): LabelReading | undefined {
  const surest = surestGenus(verdict.suggestions);
  const genus = surest?.genus ?? best.genus;
  if (genus === undefined) return undefined;
  const { noun } = genusNoun(verdict.suggestions, genus);
  const title = `${article(noun)} ${noun}`;
  // Pl@ntNet alone gives no probability to add up.
  if (surest === undefined) return { kind: 'genus', title, noun, genus, word: 'unsure', best };
  return { kind: 'genus', title, noun, genus, word: sureness(surest.sureness), share: surest.sureness, best };
}

/** "Likely", as headings and titles write it. */
export const capitalised = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
