import { type ConfidenceLevel, confidenceLevel } from '@plantcommunity/identification/confidence';
import type { HistoryItem } from '../../lib/wire.ts';
import { article, genusNoun } from '../identify/answer/label-reading.ts';

/** Content of the small label of a filed sheet. */
interface SheetReading {
  title: string;
  titleIsLatin: boolean;
  latin?: string;
  confidence?: ConfidenceLevel;
  /** Probability of the species from the leading provider. */
  probability?: number;
}

/** Returns the species, or like the large label its genus when the species is not confident enough. */
export function readSheet(item: HistoryItem): SheetReading {
  const { plant_name: name, scientific_name: scientific, confidence: score, confidence_source: source } = item;
  if (!item.is_plant || name === undefined || scientific === undefined)
    return { title: 'No plant found', titleIsLatin: false };
  const confidence = confidenceLevel(score ?? 0, source);
  const probability = source === undefined && score !== undefined ? { probability: score } : {};
  if (confidence === 'unsure') {
    const [genus = scientific] = scientific.split(' ');
    const { noun } = genusNoun([], genus);
    return { title: `${article(noun)} ${noun}`, titleIsLatin: false, latin: genus, confidence, ...probability };
  }
  const titleIsLatin = name === scientific;
  return { title: name, titleIsLatin, ...(titleIsLatin ? {} : { latin: scientific }), confidence, ...probability };
}

interface Month {
  /** "2026-11". */
  key: string;
  /** "November 2026". */
  name: string;
  items: readonly HistoryItem[];
}

/** Groups sheets by the month of their creation in a time zone, in the given order. */
export function byMonth(items: readonly HistoryItem[], timeZone: string): Month[] {
  const key = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', timeZone });
  const name = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'long', timeZone });
  return [...Map.groupBy(items, (item) => key.format(new Date(item.created_at)))].map(([month, sheets]) => ({
    key: month,
    name: name.format(new Date(sheets[0]?.created_at ?? 0)),
    items: sheets,
  }));
}

/** Returns the path of photo `n` (from 1) of an identification, for its owner. */
export const photoPath = (id: string, n = 1): string =>
  `/api/v1/plant-identification/identifications/${encodeURIComponent(id)}/photos/${n}`;
