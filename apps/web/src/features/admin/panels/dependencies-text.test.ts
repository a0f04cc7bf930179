import { describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../lib/wire.ts';
import { plain } from '../testing/overview-of.ts';
import { dependencyCells } from './dependencies-text.ts';

const MB = 1_048_576;
const well: Dependencies = {
  redis: { state: 'up', latency_ms: 0.8, used_bytes: 212 * MB, max_bytes: 512 * MB },
  database: {
    state: 'up',
    latency_ms: 2.1,
    in_use: 7,
    size: 20,
    waiting: 0,
    slowest: { ms: 84, statement: 'SELECT "id" FROM "Photo" WHERE "id" = $1' },
  },
  photo_store: { state: 'up', free_bytes: 41 * 1_024 * MB, orphans: 0 },
  decoder: { busy: 1, size: 2, waiting: 0 },
};
const linesOf = (given: Partial<Dependencies> = {}) =>
  dependencyCells({ ...well, ...given }).map(({ detail, name, condition, text }) =>
    plain([name, condition, text, ...(detail === undefined ? [] : [detail.text])].join(' | ')),
  );

describe('dependencyCells', () => {
  it('have the figures of all parts', () => {
    expect(linesOf()).toEqual([
      'Redis | well | Takes writes. 0.8 ms, 212 MB of 512 MB',
      'Database | well | 7 of 20 in use, 2.1 ms | Slowest 84 ms',
      'Photo store | well | 41 GB free, 0 orphans',
      'Decoder | well | 1 of 2 busy, 0 waiting',
    ]);
    expect(dependencyCells(well)[1]?.detail?.code).toBe('SELECT "id" FROM "Photo" WHERE "id" = $1');
  });

  it.each<[Dependencies['redis'], string]>([
    [{ state: 'up' }, 'Redis | well | Takes writes'],
    [{ state: 'up', used_bytes: 212 * MB, max_bytes: 0 }, 'Redis | well | Takes writes. 212 MB'],
    [
      { state: 'down', reason: 'connection refused' },
      'Redis | failing | Down: this instance only | connection refused',
    ],
    [{ state: 'read_only' }, 'Redis | failing | Read-only'],
    [
      { state: 'read_only', reason: 'READONLY You can’t write' },
      'Redis | failing | Read-only: a replica | READONLY You can’t write',
    ],
    [
      { state: 'read_only', reason: 'MISCONF Errors writing' },
      'Redis | failing | Read-only: it can’t save | MISCONF Errors writing',
    ],
    [
      { state: 'read_only', reason: 'NOREPLICAS Not enough' },
      'Redis | failing | Read-only: too few replicas | NOREPLICAS Not enough',
    ],
    [{ state: 'full' }, 'Redis | failing | Full: takes no writes'],
    [{ state: 'loading' }, 'Redis | failing | Loading: takes no writes'],
  ])('of Redis with %j', (redis, line) => {
    expect(linesOf({ redis })[0]).toBe(line);
  });

  it('say nothing of orphans until they are counted', () => {
    expect(linesOf({ photo_store: { state: 'up', free_bytes: 41 * 1_024 * MB } })[2]).toBe(
      'Photo store | well | 41 GB free',
    );
    expect(linesOf({ photo_store: { state: 'up' } })[2]).toBe('Photo store | well | Up');
  });

  it('show what waits and what is down', () => {
    expect(
      linesOf({
        database: { state: 'up', in_use: 20, size: 20, waiting: 3, latency_ms: 840 },
        photo_store: { state: 'down', orphans: 0 },
        decoder: { busy: 2, size: 2, waiting: 1 },
      }).slice(1),
    ).toEqual([
      'Database | strained | 20 of 20 in use, 3 waiting, 840 ms',
      'Photo store | failing | Down: photos can’t be stored',
      'Decoder | strained | 2 of 2 busy, 1 waiting',
    ]);
    const slow: Dependencies['database'] = { state: 'up', in_use: 1, size: 20, waiting: 7 };
    expect([linesOf({ database: { ...slow, latency_ms: 2 } })[1], linesOf({ database: slow })[1]]).toEqual([
      'Database | well | 1 of 20 in use, 2 ms',
      'Database | strained | 1 of 20 in use, no answer in a second',
    ]);
    expect(linesOf({ database: { state: 'down', in_use: 0, size: 20, waiting: 0 } })[1]).toBe(
      'Database | failing | Down',
    );
  });
});
