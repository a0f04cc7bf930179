import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { scriptedCircuit } from '../testing/scripted-circuit.ts';
import { CircuitHistory } from './circuit-history.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;

describe('the history of a circuit', () => {
  it('has the states of the last hour, with the one that began before it', () => {
    const clock = new FakeClock(NOON);
    const circuit = scriptedCircuit();
    circuit.setState('closed', NOON);
    const history = new CircuitHistory(circuit, clock);
    clock.advance(10 * MINUTE);
    circuit.setState('open', clock.now());
    clock.advance(MINUTE);
    circuit.setState('half_open', clock.now());
    expect(history.states()).toEqual([
      { state: 'closed', from: NOON },
      { state: 'open', from: NOON + 10 * MINUTE },
      { state: 'half_open', from: NOON + 11 * MINUTE },
    ]);
    clock.advance(59 * MINUTE + 1);
    expect(history.states().map(({ state }) => state)).toEqual(['open', 'half_open']);
    clock.advance(24 * 60 * MINUTE);
    expect(history.states().map(({ state }) => state)).toEqual(['half_open']);
  });

  it('has the time of the last failed call, and ignores events after it is closed', () => {
    const clock = new FakeClock(NOON);
    const circuit = scriptedCircuit();
    const history = new CircuitHistory(circuit, clock);
    expect(history.lastFailureAt).toBeUndefined();
    clock.advance(MINUTE);
    const failed = { type: 'call_failed', error: new Error('no'), failCount: 1, failMax: 3 } as const;
    circuit.emit(failed);
    expect(history.lastFailureAt).toBe(NOON + MINUTE);
    history.close();
    clock.advance(MINUTE);
    circuit.emit(failed);
    expect(history.lastFailureAt).toBe(NOON + MINUTE);
  });
});
