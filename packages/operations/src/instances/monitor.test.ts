import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { agreementOf, InstanceMonitor } from './monitor.ts';
import type { CircuitStates, InstanceRegistry, InstanceReport } from './registry.ts';

const closed: CircuitStates = { plant_id: 'closed', plantnet: 'closed' };
const open: CircuitStates = { ...closed, plant_id: 'open' };

/** One instance with a registry in which the reports of the others are scripted. */
function setUp(others: InstanceReport[] = []) {
  const clock = new FakeClock();
  const reported: CircuitStates[] = [];
  const world = { states: closed, redis: true, departures: 0, agreementChanges: 0 };
  const registry: InstanceRegistry = {
    async exchange(report) {
      reported.push(report.states);
      if (!world.redis) throw new Error('Redis does not answer');
      return [{ ageMs: 0, ...report }, ...others];
    },
    async leave() {
      world.departures += 1;
      throw new Error('Redis does not answer');
    },
  };
  const monitor = new InstanceMonitor({ registry, states: () => world.states, leases: () => [], clock });
  monitor.subscribe(() => {
    world.agreementChanges += 1;
  });
  const advance = async (ms: number) => {
    clock.advance(ms);
    await new Promise(setImmediate);
  };
  return { advance, clock, monitor, reported, world };
}

describe('an instance monitor', () => {
  it('reports the states every five seconds, and not for events that change no state', async () => {
    const { advance, monitor, reported } = setUp();
    monitor.start();
    for (let n = 0; n < 100; n += 1) monitor.onCircuitEvent();
    await advance(4_999);
    expect(reported).toEqual([closed]);
    await advance(1);
    expect(reported).toEqual([closed, closed]);
  });

  it('reports a change at once, and again a second later', async () => {
    const { advance, monitor, reported, world } = setUp();
    monitor.start();
    await advance(2_000);
    world.states = open;
    monitor.onCircuitEvent();
    monitor.onCircuitEvent();
    expect(reported).toEqual([closed, open]);
    await advance(1_000);
    expect(reported).toEqual([closed, open, open]);
    await advance(4_999);
    expect(reported).toHaveLength(3);
  });

  it('notifies listeners when the agreement changes, and only then', async () => {
    const others: InstanceReport[] = [{ ageMs: 0, states: closed, leases: [] }];
    const { advance, monitor, world } = setUp(others);
    monitor.start();
    await advance(0);
    expect(world.agreementChanges).toBe(1);
    await advance(5_000);
    expect(world.agreementChanges).toBe(1);
    others[0] = { ageMs: 0, states: open, leases: [] };
    await advance(5_000);
    expect(world.agreementChanges).toBe(2);
    expect(await monitor.check()).toEqual({ agree: 1, known: 2 });
    others.pop();
    expect(await monitor.check()).toEqual({ agree: 1, known: 1 });
    expect(world.agreementChanges).toBe(3);
  });

  it('has no agreement while Redis is away, and one again when Redis is back', async () => {
    const { advance, monitor, world } = setUp();
    monitor.start();
    await advance(0);
    world.redis = false;
    expect(await monitor.check()).toBeUndefined();
    await advance(5_000);
    world.redis = true;
    await advance(5_000);
    expect(world.agreementChanges).toBe(3);
    expect(await monitor.check()).toEqual({ agree: 1, known: 1 });
  });

  it('leaves the registry once when it is closed, and reports nothing afterwards', async () => {
    const { advance, clock, monitor, reported, world } = setUp();
    monitor.start();
    monitor.close();
    monitor.close();
    world.states = open;
    monitor.onCircuitEvent();
    await advance(60_000);
    expect({ reports: reported.length, departures: world.departures, timers: clock.pendingTimers }).toEqual({
      reports: 1,
      departures: 1,
      timers: 0,
    });
  });
});

describe('the agreement of instances', () => {
  const report = (ageMs: number, states: InstanceReport['states']) => ({ ageMs, states, leases: [] });
  const own = report(0, closed);

  it.each<[string, InstanceReport[], { agree: number; known: number }]>([
    ['one instance', [own], { agree: 1, known: 1 }],
    ['a second instance with the same states', [own, report(15_000, closed)], { agree: 2, known: 2 }],
    ['a second instance with another state', [own, report(0, open)], { agree: 1, known: 2 }],
    ['a second instance whose report is unreadable', [own, report(0, undefined)], { agree: 1, known: 2 }],
    ['a second instance silent for 15 s', [own, report(15_001, closed)], { agree: 1, known: 2 }],
  ])('counts %s', (_case, reports, agreement) => {
    expect(agreementOf(closed, reports)).toEqual(agreement);
  });
});
