import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { DependencyMonitor, type DependencyMonitorOptions } from './dependencies.ts';

/** Starts a monitor over scripted parts. */
function start() {
  const clock = new FakeClock();
  const script = {
    statements: 0,
    isUp: true,
    /** What the next statements wait for. */
    answers: Promise.resolve() as Promise<unknown>,
    freeBytes: async () => 4_096,
    orphans: [3, 4],
    counts: 0,
  };
  const database = {
    client: {
      $queryRaw() {
        script.statements += 1;
        return script.answers;
      },
    },
    get isUp() {
      return script.isUp;
    },
    pool: () => ({ inUse: 2, idle: 1, waiting: 3, size: 10 }),
  } as unknown as DependencyMonitorOptions['database'];
  const redis = {
    isReady: () => false,
    subscribe: () => () => undefined,
  } as unknown as DependencyMonitorOptions['redis'];
  const monitor = new DependencyMonitor({
    redis,
    database,
    identification: {
      decoderLoad: () => ({ running: 2, waiting: 7, size: 2 }),
      photoStore: {
        freeBytes: () => script.freeBytes(),
        async countOrphans() {
          script.counts += 1;
          return script.orphans.shift() ?? 0;
        },
      },
    },
    slowest: { read: () => ({ durationMs: 840, statement: 'SELECT … FROM Photo' }) },
    clock,
  });
  return { clock, monitor, script };
}

describe('the dependencies', () => {
  it('have pool, slowest statement, free space and decodes', async () => {
    const { monitor } = start();
    expect(await monitor.read()).toEqual({
      redis: { state: 'down', reason: 'lost' },
      database: {
        isUp: true,
        latencyMs: 0,
        inUse: 2,
        size: 10,
        waiting: 3,
        slowest: { durationMs: 840, statement: 'SELECT … FROM Photo' },
      },
      photoStore: { isUp: true, freeBytes: 4_096 },
      decoder: { running: 2, waiting: 7, size: 2 },
    });
  });

  it('have the number of orphans once they are counted, which is every ten minutes', async () => {
    const { clock, monitor, script } = start();
    await monitor.read();
    expect((await monitor.read()).photoStore.orphans).toBe(3);
    clock.advance(10 * 60_000 - 1);
    await monitor.read();
    expect({ orphans: (await monitor.read()).photoStore.orphans, counts: script.counts }).toEqual({
      orphans: 3,
      counts: 1,
    });
    clock.advance(1);
    await monitor.read();
    expect((await monitor.read()).photoStore.orphans).toBe(4);
  });

  it('measure the database at most once in five seconds', async () => {
    const { clock, monitor, script } = start();
    await Promise.all([monitor.read(), monitor.read()]);
    clock.advance(4_999);
    await monitor.read();
    expect(script.statements).toBe(1);
    clock.advance(1);
    await monitor.read();
    expect(script.statements).toBe(2);
  });

  it('have no latency of a database that takes longer than a second, or is down', async () => {
    const { clock, monitor, script } = start();
    script.answers = new Promise(() => undefined);
    const reading = monitor.read();
    await expect.poll(() => clock.pendingTimers).toBe(1);
    clock.advance(1_000);
    expect((await reading).database).not.toHaveProperty('latencyMs');
    script.answers = Promise.reject(new Error('away'));
    script.isUp = false;
    clock.advance(5_000);
    const { database } = await monitor.read();
    expect({ isUp: database.isUp, hasLatency: 'latencyMs' in database }).toEqual({ isUp: false, hasLatency: false });
  });

  it('have a photo store that is down when its folder is missing, or does not answer within a second', async () => {
    const { clock, monitor, script } = start();
    script.freeBytes = () => Promise.reject(new Error('ENOENT'));
    expect((await monitor.read()).photoStore).toMatchObject({ isUp: false });
    script.freeBytes = () => new Promise(() => undefined);
    clock.advance(5_000);
    const reading = monitor.read();
    await expect.poll(() => clock.pendingTimers).toBe(1);
    clock.advance(1_000);
    expect((await reading).photoStore).toEqual({ isUp: false, orphans: 3 });
  });
});
