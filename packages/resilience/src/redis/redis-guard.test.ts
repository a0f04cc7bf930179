import { errors } from '@upstash/redis';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { RedisEvent } from './redis-connection.ts';
import { RedisGuard } from './redis-guard.ts';
import { RedisUnavailableError } from './redis-unavailable.ts';
import type { Transport } from './transport.ts';

class FakeTransport implements Transport {
  readonly kind = 'tcp';
  readonly database = 3;
  answer: () => Promise<unknown> = async () => ({ result: 'PONG' });
  connected = true;
  closed = false;
  sent = 0;

  isConnected(): boolean {
    return this.connected;
  }

  send(): Promise<unknown> {
    this.sent += 1;
    return this.answer();
  }

  close(): void {
    this.closed = true;
  }
}

const hung = () => Promise.reject(new Error('Command timed out'));

function setUp() {
  const clock = new FakeClock();
  const guard = new RedisGuard(clock);
  const transport = new FakeTransport();
  guard.attach(transport);
  const events: RedisEvent[] = [];
  guard.subscribe((event) => events.push(event));
  const ask = () => guard.request({ body: ['GET', 'key'] });
  /** Lets a second pass and what it starts come to an end. */
  const nextSecond = async () => {
    clock.advance(1000);
    await new Promise(setImmediate);
  };
  return { clock, guard, transport, events, ask, nextSecond };
}

describe('a Redis that does not answer', () => {
  it('is waited for by one command; those after it fail at once', async () => {
    const { guard, transport, ask, events } = setUp();
    guard.connected();
    transport.answer = hung;
    await expect(ask()).rejects.toMatchObject({ code: 'redis_unavailable', cause: new Error('Command timed out') });
    expect(guard.isUp).toBe(false);
    await expect(ask()).rejects.toBeInstanceOf(RedisUnavailableError);
    expect(transport.sent).toBe(1);
    expect(events.at(-1)).toEqual({ type: 'lost', reason: 'Command timed out' });
  });

  it('is asked for a sign of life each second, and used again after it', async () => {
    const { guard, transport, ask, events, nextSecond } = setUp();
    guard.connected();
    transport.answer = hung;
    await expect(ask()).rejects.toThrow('timed out');
    await nextSecond();
    await nextSecond();
    expect(transport.sent).toBe(3);
    transport.answer = async () => ({ result: 'PONG' });
    await nextSecond();
    expect(events.map(({ type }) => type)).toEqual(['lost', 'ready', 'lost', 'ready']);
    await expect(ask()).resolves.toEqual({ result: 'PONG' });
  });

  it('is not asked while there is no connection', async () => {
    const { guard, transport, nextSecond } = setUp();
    transport.connected = false;
    guard.disconnected('the connection is closed');
    await nextSecond();
    expect(transport.sent).toBe(0);
    expect(await guard.probe()).toBe(false);
  });
});

it('takes an answer of Redis for an answer, an error too', async () => {
  const { guard, transport, ask } = setUp();
  guard.connected();
  transport.answer = () => Promise.reject(new errors.UpstashError('EXECABORT Transaction discarded'));
  await expect(ask()).rejects.toBeInstanceOf(errors.UpstashError);
  expect(guard.isUp).toBe(true);
});

it('does not take the error page of a proxy for an answer of Redis', async () => {
  const { guard, transport, ask } = setUp();
  guard.connected();
  transport.answer = () => Promise.reject(new errors.UpstashJSONParseError('<html>Bad gateway</html>'));
  await expect(ask()).rejects.toBeInstanceOf(RedisUnavailableError);
});

it('tells a newcomer how things stand, and one fault only once', () => {
  const { guard, events } = setUp();
  guard.failed('ECONNREFUSED');
  guard.failed('ECONNREFUSED');
  guard.connected();
  guard.failed('ECONNREFUSED');
  expect(events.map(({ type }) => type)).toEqual(['lost', 'error', 'ready', 'error']);
  const late: RedisEvent[] = [];
  guard.subscribe((event) => late.push(event));
  expect(late).toEqual([{ type: 'ready' }]);
});

it('is silent and without timers once closed', async () => {
  const { clock, guard, transport, events, ask } = setUp();
  guard.connected();
  guard.disconnected('gone');
  guard.close();
  guard.disconnected('closed by us');
  guard.connected();
  expect(events.at(-1)).toEqual({ type: 'lost', reason: 'gone' });
  await expect(ask()).rejects.toThrow('closed');
  expect([clock.pendingTimers, transport.closed, await guard.probe()]).toEqual([0, true, false]);
});
