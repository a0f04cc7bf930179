import { durationText } from '../../lib/format/time.ts';
import { PROVIDER_NAMES } from '../../lib/providers.ts';
import type { AuditEntry } from '../../lib/wire.ts';
import { STATE_WORDS } from './circuit-words.ts';

const MINUTE_MS = 60_000;

/** "Isolated Pl@ntNet, 15 min". */
export function whatWords({ action, after, at, target }: AuditEntry): string {
  const name = PROVIDER_NAMES[target];
  switch (action) {
    case 'circuit.isolate': {
      if (after.until === undefined) return `Isolated ${name}`;
      const minutes = Math.round((Date.parse(after.until) - Date.parse(at)) / MINUTE_MS);
      return `Isolated ${name}, ${durationText(minutes * MINUTE_MS)}`;
    }
    case 'circuit.release':
      return `Released ${name}`;
    case 'circuit.reset':
      return `Reset ${name}`;
    case 'circuit.expire':
      return `Isolation of ${name} ended`;
  }
}

/** "isolated, closed". */
export function changeWords({ after, before }: AuditEntry): string {
  return `${STATE_WORDS[before.state].toLowerCase()}, ${STATE_WORDS[after.state].toLowerCase()}`;
}

/** Both lists as one, newest first: a longer one that was asked for, and the newest as the feed tells them. */
export function withNewest(older: readonly AuditEntry[], newest: readonly AuditEntry[]): AuditEntry[] {
  const known = new Set(newest.map(({ id }) => id));
  return [...newest, ...older.filter(({ id }) => !known.has(id))];
}
