import { describe, expect, it } from 'vitest';
import type { CircuitState } from '../../lib/wire.ts';
import { headline } from './headline.ts';
import { circuitOf } from './testing/circuit-of.ts';

const states = (plant_id: CircuitState, plantnet: CircuitState, shared = true) =>
  headline({
    shared,
    circuits: { plant_id: circuitOf({ state: plant_id }), plantnet: circuitOf({ state: plantnet }) },
  });

describe('the headline', () => {
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

  it('begins with what is wrong with Redis', () => {
    expect(states('closed', 'closed', false)).toBe('Redis is down. Both services answer.');
  });
});
