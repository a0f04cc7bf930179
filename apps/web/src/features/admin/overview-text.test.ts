import { describe, expect, it } from 'vitest';
import type { CircuitState } from '../../lib/wire.ts';
import { headlineText, instancesText, mergeEntries, trafficText } from './overview-text.ts';
import { auditEntry } from './testing/audit-entry.ts';
import { circuitOf } from './testing/circuit-of.ts';

const states = (plant_id: CircuitState, plantnet: CircuitState, shared = true) =>
  headlineText({
    shared,
    circuits: { plant_id: circuitOf({ state: plant_id }), plantnet: circuitOf({ state: plantnet }) },
  });

describe('headlineText', () => {
  it.each<[CircuitState, CircuitState, string]>([
    ['closed', 'closed', 'Both services answer.'],
    ['open', 'closed', 'Plant.id is open. Pl@ntNet answers alone.'],
    ['closed', 'isolated', 'Pl@ntNet is isolated. Plant.id answers alone.'],
    ['half_open', 'closed', 'Plant.id is being tried again. Pl@ntNet answers.'],
    ['open', 'half_open', 'Plant.id is open. Pl@ntNet is being tried again.'],
    ['open', 'isolated', 'Plant.id is open. Pl@ntNet is isolated. Only kept answers are given.'],
    ['open', 'open', 'Plant.id and Pl@ntNet are open. Only kept answers are given.'],
    ['half_open', 'half_open', 'Plant.id and Pl@ntNet are being tried again.'],
    ['closed', 'off', 'Pl@ntNet is off. Plant.id answers alone.'],
    ['misconfigured', 'closed', 'Plant.id refuses our key. Pl@ntNet answers alone.'],
  ])('of %s and %s', (plantId, plantnet, sentence) => {
    expect(states(plantId, plantnet)).toBe(sentence);
  });

  it('begins with an outage of Redis', () => {
    expect(states('closed', 'closed', false)).toBe('Redis is down. Both services answer.');
  });
});

const none = { minutes: 15, cached: 0, stale: 0, fresh: 0, waiting: 0 };
const textOf = (given: Partial<typeof none>, shared = true) =>
  trafficText({ answers: { ...none, ...given }, shared }).replaceAll('\u00a0', ' ');

describe('trafficText', () => {
  it.each([
    [
      { cached: 610, stale: 220, fresh: 90, waiting: 80 },
      'In the last 15 min people got 61 % of answers from cache, 22 % stale, 9 % fresh; 8 % were asked to wait.',
    ],
    [{ cached: 1, fresh: 2 }, 'In the last 15 min people got 33 % of answers from cache, 67 % fresh.'],
    [{ fresh: 1 }, 'In the last 15 min people got 100 % of answers fresh.'],
    [{ stale: 1, waiting: 1 }, 'In the last 15 min people got 50 % of answers stale; 50 % were asked to wait.'],
    [{ waiting: 3 }, 'In the last 15 min everybody was asked to wait.'],
    [{}, 'In the last 15 min no one asked.'],
  ])('of %j', (answers, sentence) => {
    expect(textOf(answers)).toBe(sentence);
  });

  it('names this instance while Redis is away', () => {
    expect(textOf({ fresh: 1 }, false)).toBe('At this instance in the last 15 min people got 100 % of answers fresh.');
    expect(textOf({}, false)).toBe('At this instance in the last 15 min no one asked.');
  });
});

describe('instancesText', () => {
  it.each([
    [{ agree: 3, known: 3 }, '3 of 3 instances'],
    [{ agree: 1, known: 1 }, '1 of 1 instance'],
    [{ agree: 2, known: 3 }, '2 of 3 instances see this'],
    [{ agree: 1, known: 2 }, '1 of 2 instances sees this'],
    [undefined, undefined],
  ])('of %j', (instances, words) => {
    expect(instancesText(instances)).toBe(words);
  });
});

describe('mergeEntries', () => {
  it('returns one list without duplicates', () => {
    const of = (id: string) => ({ ...auditEntry, id });
    expect(mergeEntries([of('2'), of('1')], [of('3'), of('2')]).map(({ id }) => id)).toEqual(['3', '2', '1']);
  });
});
