import { PROVIDER_NAMES } from '../../../lib/providers.ts';
import type { Overview } from '../../../lib/wire.ts';

/**
 * What tabs of one browser tell each other; each message belongs to the tabs of one `viewer`, a user id.
 * - `ask`: a tab that joins wants the whole overview;
 * - `overview`: the answer, and each later overview; `at`: when it arrived, in epoch milliseconds of this device;
 * - `refused`: the server no longer lets the viewer see it.
 */
export type TabMessage =
  | { type: 'ask'; viewer: string }
  | { type: 'overview'; viewer: string; overview: Overview; at: number; isBroken: boolean }
  | { type: 'refused'; viewer: string };

/** Returns a message if it is one of these: another tab may run an older or newer version of the page. */
export function tabMessage(data: unknown): TabMessage | undefined {
  if (!isRecord(data) || typeof data['viewer'] !== 'string') return undefined;
  const { at, isBroken, overview, type, viewer } = data;
  if (type === 'ask' || type === 'refused') return { type, viewer };
  if (type !== 'overview' || typeof at !== 'number' || typeof isBroken !== 'boolean') return undefined;
  return isOverview(overview) ? { type, viewer, overview, at, isBroken } : undefined;
}

/** Looks at every part that all overviews have. */
function isOverview(value: unknown): value is Overview {
  return (
    isRecord(value) &&
    typeof value['at'] === 'string' &&
    !Number.isNaN(Date.parse(value['at'])) &&
    typeof value['shared'] === 'boolean' &&
    isRecord(value['answers']) &&
    isByProvider(value['circuits'], isRecord) &&
    isByProvider(value['minutes'], Array.isArray) &&
    isByProvider(value['quantiles'], isRecord) &&
    Array.isArray(value['audit'])
  );
}

function isByProvider(value: unknown, isPart: (part: unknown) => boolean): boolean {
  return isRecord(value) && PROVIDER_NAMES.every((name) => isPart(value[name]));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
