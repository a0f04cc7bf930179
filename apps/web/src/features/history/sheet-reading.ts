import { type Sureness, sureness } from '@plantcommunity/identification/sureness';
import type { HistoryItem } from '../../lib/wire.ts';
import { article, genusNoun } from '../identify/answer/genus-noun.ts';

/** What the small label of a filed sheet says. */
export interface SheetReading {
  title: string;
  titleIsLatin: boolean;
  latin?: string;
  word?: Sureness;
  /** Plant.id's probability of the species. */
  share?: number;
}

/** As on the large label: no species that is not sure enough is named, its genus is. */
export function readSheet(item: HistoryItem): SheetReading {
  const { plant_name: name, scientific_name: scientific, confidence } = item;
  if (!item.is_plant || name === undefined || scientific === undefined)
    return { title: 'No plant found', titleIsLatin: false };
  const word = sureness(confidence ?? 0, item.confidence_source);
  const share = item.confidence_source === undefined && confidence !== undefined ? { share: confidence } : {};
  if (word === 'unsure') {
    const [genus = scientific] = scientific.split(' ');
    const { noun } = genusNoun([], genus);
    return { title: `${article(noun)} ${noun}`, titleIsLatin: false, latin: genus, word, ...share };
  }
  const titleIsLatin = name === scientific;
  return { title: name, titleIsLatin, ...(titleIsLatin ? {} : { latin: scientific }), word, ...share };
}
