import { bytesText, countedText, countText, millisecondsText } from '../../../lib/format/amounts.ts';
import type { Dependencies } from '../../../lib/wire.ts';

/** A part of our own system that identifications stand on. */
interface DependencyCell {
  name: string;
  /** `strained`: it works, but others wait for it. */
  condition: 'well' | 'strained' | 'failing';
  text: string;
  /** The slowest statement, or why it is down. */
  detail?: { text: string; code?: string };
}

/** Describes what identifications stand on, in the order of the strip. */
export function dependencyCells({ database, decoder, photo_store: store, redis }: Dependencies): DependencyCell[] {
  return [
    redisCell(redis),
    databaseCell(database),
    photoStoreCell(store),
    {
      name: 'Decoder',
      condition: decoder.waiting > 0 ? 'strained' : 'well',
      text: `${countText(decoder.busy)} of ${countText(decoder.size)} busy, ${countText(decoder.waiting)} waiting`,
    },
  ];
}

const REDIS_WORDS = {
  down: 'Down: this instance only',
  read_only: 'Read-only',
  full: 'Full: takes no writes',
  loading: 'Loading: takes no writes',
} as const;

/** Why Redis takes no writes, by the code at the start of its own words. */
const READ_ONLY_WORDS: Readonly<Record<string, string>> = {
  READONLY: 'Read-only: a replica',
  MASTERDOWN: 'Read-only: a replica',
  MISCONF: 'Read-only: it can’t save',
  NOREPLICAS: 'Read-only: too few replicas',
};

function redisCell(redis: Dependencies['redis']): DependencyCell {
  const { latency_ms: latency, max_bytes: most, reason, state, used_bytes: used } = redis;
  if (state !== 'up') {
    const code = /^[A-Z]+/.exec(reason ?? '')?.[0] ?? '';
    const text = (state === 'read_only' ? READ_ONLY_WORDS[code] : undefined) ?? REDIS_WORDS[state];
    return { name: 'Redis', condition: 'failing', text, ...(reason !== undefined && { detail: { text: reason } }) };
  }
  const memory = used === undefined ? [] : [`${bytesText(used, 0)}${most ? ` of ${bytesText(most, 0)}` : ''}`];
  const figures = [...(latency === undefined ? [] : [millisecondsText(latency)]), ...memory].join(', ');
  return { name: 'Redis', condition: 'well', text: figures === '' ? 'Takes writes' : `Takes writes. ${figures}` };
}

function databaseCell(database: Dependencies['database']): DependencyCell {
  const { in_use: used, latency_ms: latency, size, slowest, state, waiting } = database;
  if (state === 'down') return { name: 'Database', condition: 'failing', text: 'Down' };
  // Statements of the page itself wait for a moment, while connections are opened: only a used up pool holds others up.
  const isFull = used >= size && waiting > 0;
  const figures = [
    `${countText(used)} of ${countText(size)} in use`,
    ...(isFull ? [`${countText(waiting)} waiting`] : []),
    latency === undefined ? 'no answer in a second' : millisecondsText(latency),
  ];
  return {
    name: 'Database',
    condition: isFull || latency === undefined ? 'strained' : 'well',
    text: figures.join(', '),
    ...(slowest && { detail: { text: `Slowest ${millisecondsText(slowest.ms)}`, code: slowest.statement } }),
  };
}

function photoStoreCell({ free_bytes: free, orphans, state }: Dependencies['photo_store']): DependencyCell {
  const name = 'Photo store';
  if (state === 'down') return { name, condition: 'failing', text: 'Down: photos can’t be stored' };
  const figures = [
    free === undefined ? 'Up' : `${bytesText(free, 0)} free`,
    ...(orphans === undefined ? [] : [countedText(orphans, 'orphan')]),
  ];
  return { name, condition: 'well', text: figures.join(', ') };
}
