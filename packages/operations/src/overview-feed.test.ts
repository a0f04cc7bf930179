import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import type { Overview } from './overview.ts';
import { changesBetween, type OverviewEvent, OverviewFeed } from './overview-feed.ts';
import { minuteOf, overviewOf } from './testing/overview.ts';

function setUp() {
  const clock = new FakeClock();
  const listeners = new Set<() => void>();
  const world: { parts: Partial<Overview>; made: number; error?: Error } = { parts: {}, made: 0 };
  const feed = new OverviewFeed({
    async make() {
      world.made += 1;
      if (world.error) throw world.error;
      return overviewOf({ at: clock.now(), ...world.parts });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clock,
  });
  const change = (parts: Partial<Overview>) => {
    world.parts = parts;
    for (const listener of listeners) listener();
  };
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await new Promise(setImmediate);
    }
  };
  /** Opens a dashboard, which reads on its own unless it is slow. */
  const watch = ({ isSlow = false } = {}) => {
    const controller = new AbortController();
    const stream = feed.watch(controller.signal);
    const events: OverviewEvent[] = [];
    const read = async () => {
      const next: IteratorResult<OverviewEvent, void> = await stream.next();
      if (!next.done) events.push(next.value);
      return next.done === true;
    };
    const readAll = async () => {
      while (!(await read()));
    };
    const ended = isSlow ? Promise.resolve() : readAll();
    ended.catch(() => undefined);
    return { close: () => controller.abort(), ended, events, read };
  };
  return { advance, change, clock, feed, listeners, watch, world };
}

const changed = (event: OverviewEvent | undefined) => (event?.type === 'changes' ? event.changes : undefined);

describe('an overview feed', () => {
  it('sends the whole overview first, then the parts that changed', async () => {
    const { advance, change, watch } = setUp();
    const { events } = watch();
    await advance(1_000);
    expect(events).toMatchObject([{ type: 'whole', overview: { shared: true } }]);
    change({ shared: false });
    await advance(1_000);
    expect(events[1]).toEqual({
      type: 'changes',
      changes: { at: expect.any(Number) as number, shared: false },
      gone: [],
    });
  });

  it('makes one overview for 20 watchers, who receive the same events', async () => {
    const { advance, change, watch, world } = setUp();
    const watchers = Array.from({ length: 20 }, () => watch());
    await advance(1_000);
    expect(world.made).toBe(1);
    change({ shared: false });
    await advance(1_000);
    expect(world.made).toBe(2);
    const [first, ...others] = watchers.map(({ events }) => events[1]);
    expect(first).toMatchObject({ changes: { shared: false } });
    for (const other of others) expect(other).toBe(first);
  });

  it('sends at most two events a second, and at least one in ten', async () => {
    const { advance, change, watch } = setUp();
    const { events } = watch();
    for (let n = 0; n < 30; n += 1) {
      change({ instances: { agree: n, known: n } });
      await advance(100);
    }
    expect(events).toHaveLength(7);
    await advance(10_000);
    expect(events).toHaveLength(8);
    expect(events.at(-1)).toMatchObject({ changes: { at: expect.any(Number) as number }, gone: [] });
    expect(Object.keys(changed(events.at(-1)) ?? {})).toEqual(['at']);
  });

  it('sends a slow watcher all changes since its last event at once, and keeps none for it', async () => {
    const { advance, change, watch } = setUp();
    const slow = watch({ isSlow: true });
    watch();
    await slow.read();
    change({ shared: false });
    await advance(2_000);
    change({ shared: false, instances: { agree: 1, known: 2 } });
    await advance(2_000);
    await slow.read();
    expect(changed(slow.events[1])).toMatchObject({ shared: false, instances: { agree: 1, known: 2 } });
    let isRead = false;
    void slow.read().then(() => (isRead = true));
    await advance(100);
    expect(isRead).toBe(false);
  });

  it('gives a later watcher the latest overview at once, as that of now', async () => {
    const { advance, change, clock, watch, world } = setUp();
    watch();
    await advance(1_000);
    change({ shared: false });
    await advance(3_000);
    const { events } = watch();
    const at = clock.now();
    await advance(0);
    await new Promise(setImmediate);
    expect(events).toMatchObject([{ type: 'whole', overview: { shared: false, at } }]);
    expect(world.made).toBe(2);
  });

  it('makes nothing without a watcher, and leaves no timer or listener', async () => {
    const { advance, change, clock, listeners, watch, world } = setUp();
    const watchers = [watch(), watch()];
    await advance(1_000);
    for (const { close } of watchers) close();
    await Promise.all(watchers.map(({ ended }) => ended));
    change({ shared: false });
    await advance(20_000);
    expect({ made: world.made, timers: clock.pendingTimers, listeners: listeners.size }).toEqual({
      made: 1,
      timers: 0,
      listeners: 0,
    });
    const again = watch();
    await advance(100);
    expect(again.events).toMatchObject([{ type: 'whole', overview: { shared: false } }]);
  });

  it('ends for all watchers with the error of an overview, and starts again for the next', async () => {
    const { advance, change, watch, world } = setUp();
    const watchers = [watch(), watch()];
    await advance(1_000);
    world.error = new Error('no database');
    change({});
    await advance(1_000);
    for (const { ended } of watchers) await expect(ended).rejects.toThrow('no database');
    delete world.error;
    const { events } = watch();
    await advance(100);
    expect(events).toMatchObject([{ type: 'whole' }]);
  });

  it('starts again after an error for a new watcher, while an earlier one has not read the error yet', async () => {
    const { advance, change, clock, listeners, watch, world } = setUp();
    const slow = watch({ isSlow: true });
    await slow.read();
    await advance(1_000);
    world.error = new Error('no database');
    change({});
    await advance(1_000);
    delete world.error;
    world.parts = { shared: false };
    const next = watch();
    await advance(100);
    expect(next.events).toMatchObject([{ type: 'whole', overview: { shared: false } }]);
    change({ shared: true });
    await advance(1_000);
    expect(changed(next.events[1])).toMatchObject({ shared: true });

    slow.close();
    await slow.read();
    change({ shared: false });
    await advance(1_000);
    expect(changed(next.events[2])).toMatchObject({ shared: false });
    next.close();
    await next.ended;
    await advance(100);
    expect({ timers: clock.pendingTimers, listeners: listeners.size }).toEqual({ timers: 0, listeners: 0 });
  });

  it('gives readers within a second the same overview, unless one of them changed something', async () => {
    const { advance, feed, world } = setUp();
    const first = feed.read();
    expect(feed.read()).toBe(first);
    await advance(900);
    expect(feed.read()).toBe(first);
    feed.expire();
    await feed.read();
    await advance(1_000);
    await feed.read();
    expect(world.made).toBe(3);
  });
});

describe('the changes between two overviews', () => {
  it('have only the minutes that changed, and those that are new', () => {
    const [first, second] = [minuteOf({ at: 0 }), minuteOf({ at: 60_000 })];
    const from = overviewOf({ minutes: { plant_id: [first, second], plantnet: [first, second] } });
    const [busy, third] = [minuteOf({ at: 60_000, ok: 1 }), minuteOf({ at: 120_000 })];
    const to = overviewOf({ minutes: { plant_id: [busy, third], plantnet: [second, third] } });
    expect(changed(changesBetween(from, to))).toEqual({
      at: 0,
      minutes: { plant_id: [busy, third], plantnet: [third] },
    });
  });

  it('name optional parts that are gone', () => {
    const from = overviewOf({ instances: { agree: 1, known: 1 } });
    expect(changesBetween(from, overviewOf())).toEqual({ type: 'changes', changes: { at: 0 }, gone: ['instances'] });
  });
});
