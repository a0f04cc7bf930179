import { describe, expect, it } from 'vitest';
import { readDatabaseUrl } from './connection/database-url.ts';
import { DatabaseUnavailableError } from './database-error.ts';
import { DatabaseHealthGate } from './health-gate.ts';

const lost = new DatabaseUnavailableError(readDatabaseUrl('postgresql://localhost/plants'), new Error('timeout'));

/** A gate whose probes fail while `database.isAway`. */
function gateUnderTest() {
  const database = { isAway: false };
  const events: string[] = [];
  const gate = new DatabaseHealthGate(async () => {
    if (database.isAway) throw lost;
  });
  gate.subscribe(({ type }) => events.push(type));
  return { database, events, gate };
}

describe('the health gate of the database', () => {
  it('rejects pending work when a probe fails, then new work at once, and emits one event', async () => {
    const { database, events, gate } = gateUnderTest();
    const waiting = Array.from({ length: 3 }, () => gate.run(() => new Promise(() => undefined)));
    const results = Promise.allSettled(waiting);
    database.isAway = true;
    await Promise.allSettled([gate.probe(), gate.probe(), gate.probe()]);
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    let runs = 0;
    await expect(gate.run(async () => (runs += 1))).rejects.toBe(lost);
    expect({ isUp: gate.isUp, events, runs }).toEqual({ isUp: false, events: ['lost'], runs: 0 });
    gate.close();
  });

  it('runs work again after a successful probe, and emits one event', async () => {
    const { database, events, gate } = gateUnderTest();
    database.isAway = true;
    await Promise.allSettled([gate.probe()]);
    database.isAway = false;
    await Promise.all([gate.probe(), gate.probe()]);
    expect(await gate.run(async () => 'done')).toBe('done');
    expect({ isUp: gate.isUp, events }).toEqual({ isUp: true, events: ['lost', 'ready'] });
    gate.close();
  });

  it('reports no loss when work fails while probes succeed', async () => {
    const { events, gate } = gateUnderTest();
    await expect(gate.run(() => Promise.reject(new Error('of its own')))).rejects.toThrow('of its own');
    gate.suspect();
    await gate.probe();
    expect({ isUp: gate.isUp, events }).toEqual({ isUp: true, events: [] });
    gate.close();
  });

  it('recovers without a caller', async () => {
    const { database, gate } = gateUnderTest();
    database.isAway = true;
    await Promise.allSettled([gate.probe()]);
    const ready = new Promise<void>((resolve) => {
      gate.subscribe(({ type }) => {
        if (type === 'ready') resolve();
      });
    });
    database.isAway = false;
    await ready;
    expect(gate.isUp).toBe(true);
    gate.close();
  });
});
