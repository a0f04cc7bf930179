import { errors } from '@upstash/redis';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { RedisUnavailableError } from './errors.ts';
import { RedisHealthGate } from './health-gate.ts';
import type { EndedCommand, RedisEvent, Transport } from './types.ts';

class FakeTransport implements Transport {
  readonly type = 'tcp';
  readonly database = 3;
  reply: () => Promise<unknown> = async () => ({ result: 'PONG' });
  connected = true;
  closed = false;
  sent = 0;
  reconnects = 0;

  isConnected(): boolean {
    return this.connected;
  }

  send(): Promise<unknown> {
    this.sent += 1;
    return this.reply();
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
  const ended: EndedCommand[] = [];
  const gate = new RedisHealthGate(clock, (command) => ended.push(command));
  const transport = new FakeTransport();
  gate.attach(transport);
  const events: RedisEvent[] = [];
  gate.subscribe((event) => events.push(event));
  /** Connects and awaits the probe. */
  const connect = async () => {
    gate.connected();
    await new Promise(setImmediate);
    transport.sent = 0;
  };
  const ask = () => gate.request({ body: ['GET', 'key'] });
  /** Lets a second pass and awaits the probe that it starts. */
  const nextSecond = async () => {
    clock.advance(1000);
    await new Promise(setImmediate);
  };
  return { clock, gate, transport, events, ended, connect, ask, nextSecond };
}

describe('a connection that this process closes', () => {
  it('is lost for its listeners, once', async () => {
    const { connect, events, gate } = setUp();
    await connect();
    events.length = 0;
    gate.close();
    gate.close();
    expect(events).toEqual([{ type: 'lost', reason: 'closed' }]);
  });

  it('says nothing new of a Redis that was lost before', () => {
    const { events, gate } = setUp();
    gate.close();
    expect(events).toEqual([{ type: 'lost', reason: 'not connected yet' }]);
  });
});

describe('a Redis that does not answer', () => {
  it('delays one command, and those after it fail at once', async () => {
    const { gate, transport, connect, ask, events } = setUp();
    await connect();
    transport.reply = hung;
    await expect(ask()).rejects.toMatchObject({ code: 'redis_unavailable', cause: new Error('Command timed out') });
    expect(gate.isReady).toBe(false);
    await expect(ask()).rejects.toBeInstanceOf(RedisUnavailableError);
    expect(transport.sent).toBe(1);
    expect(events.at(-1)).toEqual({ type: 'lost', reason: 'Command timed out' });
  });

  it('is probed once a second, and used again after a probe succeeded', async () => {
    const { transport, connect, ask, events, nextSecond } = setUp();
    await connect();
    transport.reply = hung;
    await expect(ask()).rejects.toThrow('timed out');
    await nextSecond();
    await nextSecond();
    expect(transport.sent).toBe(3);
    transport.reply = async () => ({ result: 'PONG' });
    await nextSecond();
    expect(events.map(({ type }) => type)).toEqual(['lost', 'ready', 'lost', 'ready']);
    await expect(ask()).resolves.toEqual({ result: 'PONG' });
  });

  it('is probed once when many late replies arrive together', async () => {
    const { gate, transport, connect, ask } = setUp();
    await connect();
    transport.reply = hung;
    await expect(ask()).rejects.toThrow('timed out');
    transport.sent = 0;
    for (let replies = 0; replies < 100; replies += 1) gate.lateReplyArrived();
    await new Promise(setImmediate);
    expect({ sent: transport.sent, isReady: gate.isReady }).toEqual({ sent: 1, isReady: false });
    transport.reply = async () => ({ result: 'PONG' });
    for (let replies = 0; replies < 100; replies += 1) gate.lateReplyArrived();
    await new Promise(setImmediate);
    expect({ sent: transport.sent, isReady: gate.isReady }).toEqual({ sent: 2, isReady: true });
  });

  it('is not probed while there is no connection', async () => {
    const { gate, transport, nextSecond } = setUp();
    transport.connected = false;
    gate.disconnected('the connection is closed');
    await nextSecond();
    expect(transport.sent).toBe(0);
    expect(await gate.probe()).toBe(false);
  });
});

describe('the health gate', () => {
  it('stays ready after an error reply that concerns one command only', async () => {
    const { gate, transport, connect, ask } = setUp();
    await connect();
    transport.reply = () => Promise.reject(new errors.UpstashError('EXECABORT Transaction discarded'));
    await expect(ask()).rejects.toBeInstanceOf(errors.UpstashError);
    expect(gate.isReady).toBe(true);
  });

  it('does not mistake the error page of a proxy for a reply of Redis', async () => {
    const { transport, connect, ask } = setUp();
    await connect();
    transport.reply = () => Promise.reject(new errors.UpstashJSONParseError('<html>Bad gateway</html>'));
    await expect(ask()).rejects.toBeInstanceOf(RedisUnavailableError);
  });

  it('reports each command with its outcome and duration, neither probes nor subscriptions', async () => {
    const { clock, gate, transport, ended, connect, ask } = setUp();
    await connect();
    const replies: [tookMs: number, () => Promise<unknown>][] = [
      [3, async () => ({ result: 'value' })],
      [4, async () => [{ result: 1 }, { error: 'ERR value is not an integer' }]],
      [5, () => Promise.reject(new errors.UpstashError('EXECABORT Transaction discarded'))],
      [100, hung],
    ];
    for (const [tookMs, reply] of replies) {
      transport.reply = () => {
        clock.advance(tookMs);
        return reply();
      };
      // oxlint-disable-next-line no-await-in-loop -- one command after the other
      await ask().catch(() => undefined);
    }
    await ask().catch(() => undefined);
    await connect();
    await gate.request({ path: ['subscribe', 'news'] }).catch(() => undefined);
    expect(ended).toEqual([
      { outcome: 'ok', durationMs: 3 },
      { outcome: 'error', durationMs: 4 },
      { outcome: 'error', durationMs: 5 },
      { outcome: 'unavailable', durationMs: 100 },
      { outcome: 'unavailable', durationMs: 0 },
    ]);
  });

  it('reports the current state to a new listener, and each error once', async () => {
    const { gate, events, connect } = setUp();
    gate.failed('ECONNREFUSED');
    gate.failed('ECONNREFUSED');
    await connect();
    gate.failed('ECONNREFUSED');
    expect(events.map(({ type }) => type)).toEqual(['lost', 'error', 'ready', 'error']);
    const late: RedisEvent[] = [];
    gate.subscribe((event) => late.push(event));
    expect(late).toEqual([{ type: 'ready' }]);
  });

  it('has neither events nor timers once closed', async () => {
    const { clock, gate, transport, events, connect, ask } = setUp();
    await connect();
    gate.disconnected('gone');
    gate.close();
    gate.disconnected('closed by us');
    gate.connected();
    expect(events.at(-1)).toEqual({ type: 'lost', reason: 'gone' });
    await expect(ask()).rejects.toThrow('closed');
    expect({ timers: clock.pendingTimers, isClosed: transport.closed, probe: await gate.probe() }).toEqual({
      timers: 0,
      isClosed: true,
      probe: false,
    });
  });

  it('reports the command that grants a user the missing permission to subscribe', () => {
    const { gate, events } = setUp();
    gate.subscriptionRefused(
      'NOPERM this user has no permissions to access one of the channels used as arguments',
      'app',
    );
    gate.subscriptionRefused("NOPERM this user has no permissions to run the 'subscribe' command", 'app');
    expect(events.slice(1).map(({ remedy }) => remedy)).toEqual([
      'ACL SETUSER app &*@db3',
      'ACL SETUSER app +subscribe',
    ]);
  });
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

  it.each(codes)('is lost with the first reply of %s, and ready again within a second of its end', async (cause) => {
    const { gate, transport, connect, ask, events, nextSecond } = setUp();
    await connect();
    transport.reply = async () => ({ error: `${cause} script: ${'0'.repeat(40)}, on @user_script:1.` });
    await expect(ask()).rejects.toMatchObject({ code: 'redis_unavailable', wasSent: true });
    expect(gate.isReady).toBe(false);
    await nextSecond();
    await nextSecond();
    transport.reply = async () => ({ result: 1 });
    await nextSecond();
    expect(gate.isReady).toBe(true);
    expect(events.slice(1)).toEqual([{ type: 'ready' }, { type: 'lost', reason: cause }, { type: 'ready' }]);
  });

  it.each(['NOPERM this user has no permissions', 'CROSSSLOT Keys in request', 'ERR unknown command', ...codes])(
    'is not ready at the start when the probe fails with %s',
    async (cause) => {
      const { gate, transport, connect, events, nextSecond } = setUp();
      transport.reply = async () => ({ error: cause });
      await connect();
      await nextSecond();
      expect(gate.isReady).toBe(false);
      expect(events.slice(1)).toEqual([{ type: 'error', reason: cause }]);
      const late: RedisEvent[] = [];
      gate.subscribe((event) => late.push(event));
      expect(late).toEqual([{ type: 'lost', reason: cause }]);
    },
  );

  it('is detected in one command of a batch, over REST, and in the error that Redis 6 quotes', async () => {
    for (const reply of [
      async () => [{ result: 'OK' }, { error: OOM }],
      () => Promise.reject(new errors.UpstashError(`${OOM}, command was: ["set","a","READONLY"]`)),
      async () => ({ error: `ERR Error running script (call to f_0): @user_script:1: @user_script: 1: -${OOM}` }),
    ]) {
      const { transport, connect, ask, events } = setUp();
      await connect();
      transport.reply = reply;
      await expect(ask()).rejects.toBeInstanceOf(RedisUnavailableError);
      expect(events.at(-1)).toEqual({ type: 'lost', reason: OOM });
    }
  });

  it('is probed after an error of one command, which is reported once if the probe succeeds', async () => {
    const { clock, gate, transport, connect, events } = setUp();
    await connect();
    const refusal = 'NOPERM this user has no permissions to run the object command';
    for (const body of [['EVAL'], ['OBJECT'], ['OBJECT']]) {
      transport.reply = async () => ({ error: refusal });
      const asked = gate.request({ body });
      transport.reply = async () => ({ result: 1 });
      await expect(asked).resolves.toEqual({ error: refusal });
      await new Promise(setImmediate);
      clock.advance(1000);
    }
    expect(gate.isReady).toBe(true);
    expect(events.slice(2)).toEqual([{ type: 'error', reason: refusal }]);
    transport.reply = async () => ({ error: refusal });
    await gate.request({ body: ['OBJECT'] });
    await new Promise(setImmediate);
    expect(gate.isReady).toBe(false);
    expect(events.slice(3)).toEqual([{ type: 'lost', reason: refusal }]);
  });

  it('is reconnected to when it is a replica, at most once a second', async () => {
    const { gate, transport, connect, ask, nextSecond } = setUp();
    await connect();
    transport.reply = async () => ({ error: "READONLY You can't write against a read only replica." });
    await expect(ask()).rejects.toThrow('READONLY');
    gate.connected();
    await new Promise(setImmediate);
    expect(transport.reconnects).toBe(1);
    await nextSecond();
    expect(transport.reconnects).toBe(2);
  });
});
