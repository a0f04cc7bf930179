import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChannelListener, type Polling } from './channel-listener.ts';
import type { RedisConnection } from './redis/types.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { SimulatedRedis } from './testing/simulated-redis.ts';

const POLLING: Polling = { firstMs: 250, maxMs: () => 1000, isRequired: () => false };

let clock: FakeClock;
let redis: SimulatedRedis;
let publisher: RedisConnection;

beforeEach(async () => {
  clock = new FakeClock();
  redis = await SimulatedRedis.create();
  publisher = redis.connect();
});
afterEach(() => redis.close());

function listen(transport: RedisConnection['transport'], polling?: Polling) {
  const messages: unknown[] = [];
  const caughtUpAt: number[] = [];
  const listener = new ChannelListener({
    redis: redis.connect(transport),
    channel: 'news',
    clock,
    onMessage: (message) => messages.push(message),
    catchUp: () => void caughtUpAt.push(clock.monotonic()),
    ...(polling && { polling }),
  });
  return { listener, messages, caughtUpAt };
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    clock.advance(50);
    await redis.settle();
  }
}

describe('a channel listener', () => {
  it('receives messages over TCP, and catches up when Redis is ready and when it has subscribed', async () => {
    const { caughtUpAt, listener, messages } = listen('tcp', POLLING);
    await redis.settle();
    await publisher.client.publish('news', 'Rosa');
    await pass(10_000);
    expect({ messages, caughtUpAt, timers: clock.pendingTimers }).toEqual({
      messages: ['Rosa'],
      caughtUpAt: [0, 0],
      timers: 0,
    });
    listener.close();
  });

  it('polls less and less often over REST', async () => {
    const { caughtUpAt, listener } = listen('rest', POLLING);
    await pass(4000);
    expect(caughtUpAt).toEqual([0, 250, 750, 1750, 2750, 3750]);
    listener.close();
  });

  it('polls often again when told that more may follow', async () => {
    const { caughtUpAt, listener } = listen('rest', POLLING);
    await pass(2000);
    listener.pollSoon();
    await pass(300);
    expect(caughtUpAt.at(-1)).toBe(2250);
    listener.close();
  });

  it('polls while it has to, although messages arrive', async () => {
    const { caughtUpAt, listener } = listen('tcp', { ...POLLING, isRequired: () => true });
    await redis.settle();
    await pass(800);
    expect(caughtUpAt).toEqual([0, 0, 250, 750]);
    listener.close();
  });

  it('polls while its subscription is down, and catches up once it is back', async () => {
    const { caughtUpAt, listener, messages } = listen('tcp', POLLING);
    await redis.settle();
    redis.dropSubscriptions();
    await pass(800);
    redis.restoreSubscriptions();
    await publisher.client.publish('news', 'Rosa');
    await pass(2000);
    expect({ messages, caughtUpAt }).toEqual({ messages: ['Rosa'], caughtUpAt: [0, 0, 250, 750, 800] });
    listener.close();
  });

  it('does not poll without `polling`', async () => {
    const { caughtUpAt, listener } = listen('rest');
    await pass(2000);
    expect({ caughtUpAt, timers: clock.pendingTimers }).toEqual({ caughtUpAt: [0], timers: 0 });
    listener.close();
  });

  it('has no timer and receives no message once it is closed', async () => {
    const { listener, messages } = listen('tcp', { ...POLLING, isRequired: () => true });
    await redis.settle();
    listener.close();
    await publisher.client.publish('news', 'Rosa');
    await redis.settle();
    expect({ messages, timers: clock.pendingTimers }).toEqual({ messages: [], timers: 0 });
  });
});
