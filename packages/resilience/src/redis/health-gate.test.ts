import { errors } from '@upstash/redis';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { RedisUnavailableError } from './errors.ts';
import { RedisHealthGate } from './health-gate.ts';
import type { RedisEvent, Transport } from './types.ts';

class FakeTransport implements Transport {
  readonly type = 'tcp';
  readonly database = 3;
  answer: () => Promise<unknown> = async () => ({ result: 'PONG' });
  connected = true;
  closed = false;
  sent = 0;
  reconnects = 0;

  isConnected(): boolean {
    return this.connected;
  }

  send(): Promise<unknown> {
    this.sent += 1;
    return this.answer();
  }

  reconnect(): void {
    this.reconnects += 1;
  }

  close(): void {
    this.closed = true;
  }
}

const hung = () => Promise.reject(new Error('Command timed out'));

function setUp() {
  const clock = new FakeClock();
  const guard = new RedisHealthGate(clock);
  const transport = new FakeTransport();
  guard.attach(transport);
  const events: RedisEvent[] = [];
  guard.subscribe((event) => events.push(event));
  /** Connects, and lets the probe succeed. */
  const connect = async () => {
    guard.connected();
    await new Promise(setImmediate);
    transport.sent = 0;
  };
  const ask = () => guard.request({ body: ['GET', 'key'] });
  /** Lets a second pass and what it starts come to an end. */
  const nextSecond = async () => {
    clock.advance(1000);
    await new Promise(setImmediate);
  };
  return { clock, guard, transport, events, connect, ask, nextSecond };
}

describe('a Redis that does not answer', () => {
  it('is waited for by one command; those after it fail at once', async () => {
    const { guard, transport, connect, ask, events } = setUp();
    await connect();
    transport.answer = hung;
    await expect(ask()).rejects.toMatchObject({ code: 'redis_unavailable', cause: new Error('Command timed out') });
    expect(guard.isReady).toBe(false);
    await expect(ask()).rejects.toBeInstanceOf(RedisUnavailableError);
    expect(transport.sent).toBe(1);
    expect(events.at(-1)).toEqual({ type: 'lost', reason: 'Command timed out' });
  });

  it('is asked for a sign of life each second, and used again after it', async () => {
    const { transport, connect, ask, events, nextSecond } = setUp();
    await connect();
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

  it('is probed once when many late replies arrive together', async () => {
    const { guard, transport, connect, ask } = setUp();
    await connect();
    transport.answer = hung;
    await expect(ask()).rejects.toThrow('timed out');
    transport.sent = 0;
    for (let replies = 0; replies < 100; replies += 1) guard.lateReplyArrived();
    await new Promise(setImmediate);
    expect({ sent: transport.sent, isUp: guard.isReady }).toEqual({ sent: 1, isUp: false });
    transport.answer = async () => ({ result: 'PONG' });
    for (let replies = 0; replies < 100; replies += 1) guard.lateReplyArrived();
    await new Promise(setImmediate);
    expect({ sent: transport.sent, isUp: guard.isReady }).toEqual({ sent: 2, isUp: true });
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
  const { guard, transport, connect, ask } = setUp();
  await connect();
  transport.answer = () => Promise.reject(new errors.UpstashError('EXECABORT Transaction discarded'));
  await expect(ask()).rejects.toBeInstanceOf(errors.UpstashError);
  expect(guard.isReady).toBe(true);
});

it('does not take the error page of a proxy for an answer of Redis', async () => {
  const { transport, connect, ask } = setUp();
  await connect();
  transport.answer = () => Promise.reject(new errors.UpstashJSONParseError('<html>Bad gateway</html>'));
  await expect(ask()).rejects.toBeInstanceOf(RedisUnavailableError);
});

it('emits the current state to a new listener, and each fault once', async () => {
  const { guard, events, connect } = setUp();
  guard.failed('ECONNREFUSED');
  guard.failed('ECONNREFUSED');
  await connect();
  guard.failed('ECONNREFUSED');
  expect(events.map(({ type }) => type)).toEqual(['lost', 'error', 'ready', 'error']);
  const late: RedisEvent[] = [];
  guard.subscribe((event) => late.push(event));
  expect(late).toEqual([{ type: 'ready' }]);
});

it('is silent and without timers once closed', async () => {
  const { clock, guard, transport, events, connect, ask } = setUp();
  await connect();
  guard.disconnected('gone');
  guard.close();
  guard.disconnected('closed by us');
  guard.connected();
  expect(events.at(-1)).toEqual({ type: 'lost', reason: 'gone' });
  await expect(ask()).rejects.toThrow('closed');
  expect([clock.pendingTimers, transport.closed, await guard.probe()]).toEqual([0, true, false]);
});

describe('a Redis that answers but takes no writes', () => {
  const OOM = "OOM command not allowed when used memory > 'maxmemory'.";
  const codes = [
    OOM,
    "READONLY You can't write against a read only replica.",
    'MASTERDOWN Link with MASTER is down',
    'MISCONF Redis is configured to save RDB snapshots, but cannot',
    'NOREPLICAS Not enough good replicas to write.',
    'LOADING Redis is loading the dataset in memory',
    'BUSY Redis is busy running a script.',
    'CLUSTERDOWN The cluster is down',
    'NOAUTH Authentication required.',
  ];

  it.each(codes)(
    'is lost with the first command that is told %s, and back within a second of its end',
    async (cause) => {
      const { guard, transport, connect, ask, events, nextSecond } = setUp();
      await connect();
      transport.answer = async () => ({ error: `${cause} script: ${'0'.repeat(40)}, on @user_script:1.` });
      await expect(ask()).rejects.toMatchObject({ code: 'redis_unavailable', wasSent: true });
      expect(guard.isReady).toBe(false);
      await nextSecond();
      await nextSecond();
      transport.answer = async () => ({ result: 1 });
      await nextSecond();
      expect(guard.isReady).toBe(true);
      expect(events.slice(1)).toEqual([{ type: 'ready' }, { type: 'lost', reason: cause }, { type: 'ready' }]);
    },
  );

  it.each(['NOPERM this user has no permissions', 'CROSSSLOT Keys in request', 'ERR unknown command', ...codes])(
    'is not there at the start when its sign of life is told %s',
    async (cause) => {
      const { guard, transport, connect, events, nextSecond } = setUp();
      transport.answer = async () => ({ error: cause });
      await connect();
      await nextSecond();
      expect(guard.isReady).toBe(false);
      expect(events.slice(1)).toEqual([{ type: 'error', reason: cause }]);
      const late: RedisEvent[] = [];
      guard.subscribe((event) => late.push(event));
      expect(late).toEqual([{ type: 'lost', reason: cause }]);
    },
  );

  it('is seen in one command of a batch, over REST, and by what Redis 6 quotes', async () => {
    for (const answer of [
      async () => [{ result: 'OK' }, { error: OOM }],
      () => Promise.reject(new errors.UpstashError(`${OOM}, command was: ["set","a","READONLY"]`)),
      async () => ({ error: `ERR Error running script (call to f_0): @user_script:1: @user_script: 1: -${OOM}` }),
    ]) {
      const { transport, connect, ask, events } = setUp();
      await connect();
      transport.answer = answer;
      await expect(ask()).rejects.toBeInstanceOf(RedisUnavailableError);
      expect(events.at(-1)).toEqual({ type: 'lost', reason: OOM });
    }
  });

  it('is probed for after an error of one command, which is reported once when the probe succeeds', async () => {
    const { clock, guard, transport, connect, events } = setUp();
    await connect();
    const refusal = 'NOPERM this user has no permissions to run the object command';
    for (const body of [['EVAL'], ['OBJECT'], ['OBJECT']]) {
      transport.answer = async () => ({ error: refusal });
      const asked = guard.request({ body });
      transport.answer = async () => ({ result: 1 });
      await expect(asked).resolves.toEqual({ error: refusal });
      await new Promise(setImmediate);
      clock.advance(1000);
    }
    expect(guard.isReady).toBe(true);
    expect(events.slice(2)).toEqual([{ type: 'error', reason: refusal }]);
    transport.answer = async () => ({ error: refusal });
    await guard.request({ body: ['OBJECT'] });
    await new Promise(setImmediate);
    expect(guard.isReady).toBe(false);
    expect(events.slice(3)).toEqual([{ type: 'lost', reason: refusal }]);
  });

  it('is reconnected to when it is a replica, at most once a second', async () => {
    const { guard, transport, connect, ask, nextSecond } = setUp();
    await connect();
    transport.answer = async () => ({ error: "READONLY You can't write against a read only replica." });
    await expect(ask()).rejects.toThrow('READONLY');
    guard.connected();
    await new Promise(setImmediate);
    expect(transport.reconnects).toBe(1);
    await nextSecond();
    expect(transport.reconnects).toBe(2);
  });
});

it('reports the user who may not subscribe, and the command that grants it', () => {
  const { guard, events } = setUp();
  guard.subscriptionRefused(
    'NOPERM this user has no permissions to access one of the channels used as arguments',
    'app',
  );
  guard.subscriptionRefused("NOPERM this user has no permissions to run the 'subscribe' command", 'app');
  expect(events.slice(1).map(({ remedy }) => remedy)).toEqual(['ACL SETUSER app &*@db3', 'ACL SETUSER app +subscribe']);
});
