import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { InstanceMonitor } from './monitor.ts';
import type { InstanceRegistry } from './registry.ts';
import type { CircuitStates, InstanceReport } from './standing.ts';

const closed: CircuitStates = { plant_id: 'closed', plantnet: 'closed' };
const open: CircuitStates = { ...closed, plant_id: 'open' };

/** One instance, and what it said to others who are scripted. */
function instance(others: InstanceReport[] = []) {
  const clock = new FakeClock();
  const said: CircuitStates[] = [];
  const seen = { states: closed, redis: true, gone: 0 };
  const rollCall: InstanceRegistry = {
    async exchange(states) {
      said.push(states);
      if (!seen.redis) throw new Error('Redis does not answer');
      return [{ ageMs: 0, states }, ...others];
    },
    async leave() {
      seen.gone += 1;
      throw new Error('Redis does not answer');
    },
  };
  const fleet = new InstanceMonitor({ registry: rollCall, states: () => seen.states, clock });
  const changes: unknown[] = [];
  fleet.subscribe(() => changes.push(1));
  const advance = async (ms: number) => {
    clock.advance(ms);
    await new Promise(setImmediate);
  };
  return { advance, changes, clock, fleet, said, seen };
}

describe('an instance among others', () => {
  it('says how it sees the circuits every five seconds, and nothing for what goes on meanwhile', async () => {
    const { advance, fleet, said } = instance();
    fleet.start();
    for (let n = 0; n < 100; n += 1) fleet.onCircuitEvent();
    await advance(4_999);
    expect(said).toEqual([closed]);
    await advance(1);
    expect(said).toEqual([closed, closed]);
  });

  it('says a change at once, and hears a second later what the others make of it', async () => {
    const { advance, fleet, said, seen } = instance();
    fleet.start();
    await advance(2_000);
    seen.states = open;
    fleet.onCircuitEvent();
    fleet.onCircuitEvent();
    expect(said).toEqual([closed, open]);
    await advance(1_000);
    expect(said).toEqual([closed, open, open]);
    await advance(4_999);
    expect(said).toHaveLength(3);
  });

  it('tells when the others see it differently, and when they do no more', async () => {
    const others = [{ ageMs: 0, states: closed }];
    const { advance, changes, fleet } = instance(others);
    fleet.start();
    await advance(0);
    expect(changes).toHaveLength(1);
    await advance(5_000);
    expect(changes).toHaveLength(1);
    others[0] = { ageMs: 0, states: open };
    await advance(5_000);
    expect(changes).toHaveLength(2);
    expect(await fleet.check()).toEqual({ agree: 1, known: 2 });
    others.pop();
    expect(await fleet.check()).toEqual({ agree: 1, known: 1 });
    expect(changes).toHaveLength(3);
  });

  it('knows nothing while Redis is away, and goes on when it is back', async () => {
    const { advance, changes, fleet, seen } = instance();
    fleet.start();
    await advance(0);
    seen.redis = false;
    expect(await fleet.check()).toBeUndefined();
    await advance(5_000);
    seen.redis = true;
    await advance(5_000);
    expect(changes).toHaveLength(3);
    expect(await fleet.check()).toEqual({ agree: 1, known: 1 });
  });

  it('says goodbye, and nothing more', async () => {
    const { advance, clock, fleet, said, seen } = instance();
    fleet.start();
    fleet.close();
    fleet.close();
    seen.states = open;
    fleet.onCircuitEvent();
    await advance(60_000);
    expect([said.length, seen.gone, clock.pendingTimers]).toEqual([1, 1, 0]);
  });
});
