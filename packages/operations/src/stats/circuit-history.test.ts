import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { scriptedCircuit } from '../testing/scripted-circuit.ts';
import { CircuitHistory } from './circuit-history.ts';
import type { SeenState, StatePeriod } from './circuit-state-store.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;

function setUp() {
  const clock = new FakeClock(NOON);
  const circuit = scriptedCircuit();
  circuit.setState('closed', NOON);
  const world = {
    isShared: false,
    isAnswering: true,
    written: [] as (readonly SeenState[])[],
    stored: [] as StatePeriod[],
  };
  const history = new CircuitHistory({
    provider: 'plant_id',
    circuit,
    store: {
      async exchange(_provider, seen) {
        world.written.push(seen);
        if (!world.isAnswering) throw new Error('Redis does not answer');
        return world.stored;
      },
    },
    isShared: () => world.isShared,
    clock,
  });
  return { circuit, clock, history, world };
}

describe('the history of a circuit', () => {
  it('has without Redis the states of the last hour as this process saw them, with the one that began before it', async () => {
    const { circuit, clock, history, world } = setUp();
    await history.states();
    clock.advance(10 * MINUTE);
    circuit.setState('open', clock.now());
    clock.advance(MINUTE);
    circuit.setState('half_open', clock.now());
    expect(await history.states()).toEqual([
      { state: 'closed', from: NOON },
      { state: 'open', from: NOON + 10 * MINUTE },
      { state: 'half_open', from: NOON + 11 * MINUTE },
    ]);
    clock.advance(59 * MINUTE + 1);
    expect((await history.states()).map(({ state }) => state)).toEqual(['open', 'half_open']);
    clock.advance(24 * 60 * MINUTE);
    expect((await history.states()).map(({ state }) => state)).toEqual(['half_open']);
    expect(world.written).toEqual([]);
  });

  it('writes a change to Redis at once, and has the states that all processes saw', async () => {
    const { circuit, clock, history, world } = setUp();
    world.isShared = true;
    clock.advance(MINUTE);
    circuit.setState('open', clock.now());
    expect(world.written).toEqual([[{ state: 'open', ageMs: 0 }]]);
    clock.advance(MINUTE);
    circuit.setState('half_open', clock.now());
    expect(world.written[1]).toEqual([
      { state: 'open', ageMs: MINUTE },
      { state: 'half_open', ageMs: 0 },
    ]);
    world.stored = [
      { state: 'closed', from: 1 },
      { state: 'half_open', from: 2 },
    ];
    expect(await history.states()).toEqual(world.stored);
  });

  it('ends with the state that this process knows when another one has not written it yet', async () => {
    const { circuit, clock, history, world } = setUp();
    world.isShared = true;
    world.stored = [{ state: 'closed', from: NOON }];
    circuit.setState('open', clock.now());
    expect(await history.states()).toEqual([...world.stored, { state: 'open', from: NOON }]);
  });

  it('writes no state of the time without Redis, in which each process decided alone', async () => {
    const { circuit, clock, history, world } = setUp();
    circuit.setState('open', clock.now());
    clock.advance(MINUTE);
    world.isShared = true;
    circuit.setState('closed', clock.now());
    await history.states();
    expect(world.written.at(-1)).toEqual([{ state: 'closed', ageMs: 0 }]);
  });

  it('drops the state that was assumed at the start for one that began before', async () => {
    const { circuit, history, world } = setUp();
    await history.states();
    circuit.setState('open', NOON - MINUTE);
    expect(await history.states()).toEqual([{ state: 'open', from: NOON - MINUTE }]);
    world.isShared = true;
    world.isAnswering = false;
    expect(await history.states()).toEqual([{ state: 'open', from: NOON - MINUTE }]);
  });

  it('ignores events after it is closed', () => {
    const { circuit, history, world } = setUp();
    world.isShared = true;
    history.close();
    circuit.setState('open', NOON);
    expect(world.written).toEqual([]);
  });
});
