import { type ConfidenceLevel, confidenceLevel } from '@plantcommunity/identification/confidence';
import type { HistoryItem } from '../../lib/wire.ts';
import { article, genusNoun } from '../identify/answer/label-reading.ts';

/** What the small label of a filed sheet says. */
interface SheetReading {
  title: string;
  titleIsLatin: boolean;
  latin?: string;
  word?: ConfidenceLevel;
  /** Plant.id's probability of the species. */
  share?: number;
}

/** As on the large label: no species that is not sure enough is named, its genus is. */
export function readSheet(item: HistoryItem): SheetReading {
  const { plant_name: name, scientific_name: scientific, confidence } = item;
  if (!item.is_plant || name === undefined || scientific === undefined)
    return { title: 'No plant found', titleIsLatin: false };
  const word = confidenceLevel(confidence ?? 0, item.confidence_source);
  const share = item.confidence_source === undefined && confidence !== undefined ? { share: confidence } : {};
  if (word === 'unsure') {
    const [genus = scientific] = scientific.split(' ');
    const { noun } = genusNoun([], genus);
    return { title: `${article(noun)} ${noun}`, titleIsLatin: false, latin: genus, word, ...share };
  }
  const titleIsLatin = name === scientific;
  return { title: name, titleIsLatin, ...(titleIsLatin ? {} : { latin: scientific }), word, ...share };
}

interface Month {
  /** "2026-11". */
  key: string;
  /** "November 2026". */
  name: string;
  items: readonly HistoryItem[];
}

/** Sheets by the month of their making in a time zone, in the order they come. */
export function byMonth(items: readonly HistoryItem[], timeZone: string): Month[] {
  const key = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', timeZone });
  const name = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'long', timeZone });
  return [...Map.groupBy(items, (item) => key.format(new Date(item.created_at)))].map(([month, sheets]) => ({
    key: month,
    name: name.format(new Date(sheets[0]?.created_at ?? 0)),
    items: sheets,
  }));
}

/** Where the owner finds photo `n` (from 1) of an identification. */
export const photoPath = (id: string, n = 1): string =>
  `/api/v1/plant-identification/identifications/${encodeURIComponent(id)}/photos/${n}`;
