import { PROVIDER_NAMES } from '../../../lib/providers.ts';
import type { Overview, OverviewEvent, ProviderName } from '../../../lib/wire.ts';

/** Minutes that an overview has. */
const MINUTES = 60;

/** Returns the overview after an event; undefined for changes of an overview that is not known. */
export function overviewAfter(known: Overview | undefined, event: OverviewEvent): Overview | undefined {
  if (event.type === 'whole') return event.overview;
  if (known === undefined) return undefined;
  const { minutes, ...changes } = event.changes;
  const gone = new Set<string>(event.gone);
  const parts = Object.entries({ ...known, ...changes }).filter(([part]) => !gone.has(part));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only optional parts are gone
  const next = Object.fromEntries(parts) as Overview;
  if (minutes !== undefined) next.minutes = byProvider((name) => mergedMinutes(known.minutes[name], minutes[name]));
  return next;
}

type Minutes = Overview['minutes'][ProviderName];

function mergedMinutes(known: Minutes, changed: Minutes): Minutes {
  const byTime = new Map([...known, ...changed].map((minute) => [minute.at, minute]));
  return [...byTime.values()].slice(-MINUTES);
}

function byProvider<T>(valueOf: (name: ProviderName) => T): Record<ProviderName, T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry for each provider
  return Object.fromEntries(PROVIDER_NAMES.map((name) => [name, valueOf(name)])) as Record<ProviderName, T>;
}
