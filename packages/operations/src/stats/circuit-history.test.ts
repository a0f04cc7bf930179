import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { scriptedCircuit } from '../testing/scripted-circuit.ts';
import { CircuitHistory } from './circuit-history.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;

describe('the record of a circuit', () => {
  it('keeps the states of the last hour, the one that reaches into it included', () => {
    const clock = new FakeClock(NOON);
    const circuit = scriptedCircuit();
    circuit.setState('closed', NOON);
    const record = new CircuitHistory(circuit, clock);
    clock.advance(10 * MINUTE);
    circuit.setState('open', clock.now());
    clock.advance(MINUTE);
    circuit.setState('half_open', clock.now());
    expect(record.states()).toEqual([
      { state: 'closed', from: NOON },
      { state: 'open', from: NOON + 10 * MINUTE },
      { state: 'half_open', from: NOON + 11 * MINUTE },
    ]);
    clock.advance(59 * MINUTE + 1);
    expect(record.states().map(({ state }) => state)).toEqual(['open', 'half_open']);
    clock.advance(24 * 60 * MINUTE);
    expect(record.states().map(({ state }) => state)).toEqual(['half_open']);
  });

  it('knows when it saw the last failure, and hears nothing once it is closed', () => {
    const clock = new FakeClock(NOON);
    const circuit = scriptedCircuit();
    const record = new CircuitHistory(circuit, clock);
    expect(record.lastFailureAt).toBeUndefined();
    clock.advance(MINUTE);
    const failed = { type: 'call_failed', error: new Error('no'), failCount: 1, failMax: 3 } as const;
    circuit.emit(failed);
    expect(record.lastFailureAt).toBe(NOON + MINUTE);
    record.close();
    clock.advance(MINUTE);
    circuit.emit(failed);
    expect(record.lastFailureAt).toBe(NOON + MINUTE);
  });
});
