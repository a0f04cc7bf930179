import { describe, expect, it } from 'vitest';
import type { Overview } from '../../../lib/wire.ts';
import { type ProviderState, STATE_NAMES } from '../state/provider-state.ts';
import { at, overviewOf, plain } from '../testing/overview-of.ts';
import { headlineOf } from './headline-text.ts';

const LIVE = { status: 'live', text: 'Live, 2 s ago' } as const;
const STATES = Object.keys(STATE_NAMES) as ProviderState[];

/** Makes an overview with the given states of both providers. */
function overviewIn(plantId: ProviderState, plantnet: ProviderState, given: Partial<Overview> = {}): Overview {
  const circuit = (state: ProviderState) => {
    if (state === 'unpaid') return { unpaid_since: at(-60) };
    return state === 'used_up' ? { out_of_quota: true } : { state };
  };
  return overviewOf({ plant_id: circuit(plantId), plantnet: circuit(plantnet), ...given });
}

const titleOf = (overview: Overview) => plain(headlineOf(overview, LIVE).title);

describe('the title of the headline', () => {
  it.each<[ProviderState, ProviderState, string]>([
    ['closed', 'closed', 'Both services answer.'],
    ['open', 'closed', 'Plant.id has stopped answering; Pl@ntNet answers alone.'],
    ['closed', 'isolated', 'Pl@ntNet is isolated; Plant.id answers alone.'],
    ['half_open', 'closed', 'Plant.id is being tried again; meanwhile Pl@ntNet answers.'],
    ['closed', 'off', 'Pl@ntNet is off; Plant.id answers alone.'],
    ['misconfigured', 'closed', 'Plant.id rejects our key; Pl@ntNet answers alone.'],
    ['unpaid', 'closed', 'Plant.id is unpaid; Pl@ntNet answers alone.'],
    ['closed', 'used_up', 'Pl@ntNet has no identifications left; Plant.id answers alone.'],
    ['open', 'open', 'Plant.id and Pl@ntNet have stopped answering; people get kept answers only.'],
    ['open', 'isolated', 'Plant.id has stopped answering and Pl@ntNet is isolated; people get kept answers only.'],
    ['misconfigured', 'misconfigured', 'Plant.id and Pl@ntNet reject our keys; people get kept answers only.'],
    [
      'open',
      'half_open',
      'Plant.id has stopped answering and Pl@ntNet is being tried again; people get kept answers only until it recovers.',
    ],
    [
      'half_open',
      'half_open',
      'Plant.id and Pl@ntNet are being tried again; people get kept answers only until they recover.',
    ],
  ])('of %s and %s', (plantId, plantnet, title) => {
    expect(titleOf(overviewIn(plantId, plantnet))).toBe(title);
  });

  it('says the consequence in every combination, and that both answer only when both are closed', () => {
    for (const plantId of STATES) {
      for (const plantnet of STATES) {
        const title = titleOf(overviewIn(plantId, plantnet));
        const isWell = plantId === 'closed' && plantnet === 'closed';
        expect({ title, isGood: title === 'Both services answer.' }).toEqual({ title, isGood: isWell });
        expect(title).toMatch(/^Both services answer\.$|; .*(answers|kept answers only)/);
        expect(title).not.toMatch(/is open|are open/);
      }
    }
  });

  it.each(['down', 'read_only', 'full', 'loading'] as const)('is not good news while Redis is %s', (state) => {
    const dependencies = dependenciesWith(state);
    const words = { down: 'down', read_only: 'read-only', full: 'full', loading: 'still loading its data' }[state];
    const sentence = `Redis is ${words}; people get a tenth of their limits, and a photo may be paid for twice.`;
    expect(titleOf(overviewIn('closed', 'closed', { dependencies }))).toBe(sentence);
    expect(titleOf(overviewIn('open', 'closed', { dependencies }))).toBe(
      `Plant.id has stopped answering; Pl@ntNet answers alone. ${sentence}`,
    );
  });

  it('says that Redis is down when states are not shared', () => {
    expect(titleOf(overviewIn('closed', 'closed', { shared: false }))).toMatch(/^Redis is down; /);
  });

  it('names other parts that fail', () => {
    const dependencies = dependenciesWith('up');
    dependencies.photo_store.state = 'down';
    expect(titleOf(overviewOf({ dependencies }))).toBe('Photos can’t be stored.');
    const items = [
      {
        id: '1',
        rule: 'server_errors' as const,
        severity: 'critical' as const,
        state: 'firing' as const,
        value: 0.062,
        limit: 0.05,
        unit: 'share' as const,
        since: at(-60),
        runbook: 'server-errors',
      },
    ];
    expect(titleOf(overviewOf({ alerts: { items } }))).toBe('6 % of requests fail on our side.');
  });

  it('says that nothing is known while the feed is stale', () => {
    const stale = { status: 'stale', text: 'Stale since 02:41:07', sinceText: '02:41:07' } as const;
    expect(headlineOf(overviewOf(), stale)).toEqual({
      title: 'No news since 02:41:07.',
      note: 'This page may be out of date.',
    });
  });
});

describe('the note of the headline', () => {
  const none = { minutes: 15, cached: 0, stale: 0, fresh: 0, retry: 0 };
  const noteOf = (answers: Partial<typeof none>, given: Parameters<typeof overviewOf>[0] = {}) =>
    plain(headlineOf(overviewOf({ answers: { ...none, ...answers }, ...given }), LIVE).note);

  it.each([
    [
      { fresh: 610, cached: 150, stale: 50, retry: 190 },
      '81 % of people get an answer. Last 15 min: 61 % fresh, 15 % from cache, 5 % stale, 19 % had to wait.',
    ],
    [{ cached: 1, fresh: 2 }, 'Everyone gets an answer. Last 15 min: 67 % fresh, 33 % from cache.'],
    [{ retry: 3 }, 'No one gets an answer. Last 15 min: 100 % had to wait.'],
    [
      { fresh: 999, retry: 1 },
      'Over 99 % of people get an answer. Last 15 min: over 99 % fresh, under 1 % had to wait.',
    ],
    [{}, 'No one asked in the last 15 min.'],
  ])('of %j', (answers, note) => {
    expect(noteOf(answers)).toBe(note);
  });

  it('says that people still get an answer while something fails', () => {
    expect(noteOf({ fresh: 1, retry: 1 }, { plant_id: { state: 'open' } })).toMatch(/^50 % of people still get/);
  });

  it('names this instance while others are unknown', () => {
    expect(noteOf({ fresh: 1 }, { shared: false })).toBe(
      'Everyone gets an answer. Last 15 min at this instance: 100 % fresh.',
    );
    expect(noteOf({}, { shared: false })).toBe('No one asked in the last 15 min at this instance.');
    expect(noteOf({}, { shared: false, instances: { agree: 1, known: 1 } })).toBe('No one asked in the last 15 min.');
  });
});

function dependenciesWith(state: Overview['dependencies']['redis']['state']) {
  return {
    redis: { state },
    database: { state: 'up' as 'up' | 'down', in_use: 1, size: 10, waiting: 0 },
    photo_store: { state: 'up' as 'up' | 'down', orphans: 0 },
    decoder: { busy: 0, size: 2, waiting: 0 },
  };
}
