import type { Identification } from '../identification.ts';

/** One line of a history: enough to draw its sheet. */
export interface HistoryItem {
  id: string;
  createdAt: Date;
  plantName?: string;
  scientificName?: string;
  confidence?: number;
  confidenceSource?: 'plantnet';
  isPlant: boolean;
  demo: boolean;
  /** How many photos can be fetched. */
  photos: number;
}

export interface HistoryPage {
  items: readonly HistoryItem[];
  /** Absent on the last page. */
  nextCursor?: string;
}

/** An identification as its owner finds it again. */
export interface StoredIdentification extends Identification {
  id: string;
  createdAt: Date;
  photos: number;
}
