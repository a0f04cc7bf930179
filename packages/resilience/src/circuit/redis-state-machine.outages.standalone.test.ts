import { Redis as IORedis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../redis/connect.ts';
import { CountingClock } from '../testing/counting-clock.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { sleep } from '../testing/sleep.ts';
import { eventually } from '../testing/test-redis.ts';
import { collectUnhandledRejections } from '../testing/unhandled-rejections.ts';
import { CircuitRejectedError, createCircuit } from './circuit-breaker.ts';

/** One pause is shorter than the silence after which a connection is closed, one is longer. */
const PAUSES_MS = [150, 700];
const PROCESSES = 3;
const CALLERS = 3;

describe.skipIf(!hasRedisServer)('circuits under load whose Redis pauses, dies and comes back empty', () => {
  let server: RedisServer;
  const unhandled = collectUnhandledRejections();

  beforeEach(async () => {
    server = await RedisServer.prepare();
    await server.start();
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
  });

  /** Runs a command on a connection of its own: a kept connection would break with Redis. */
  async function command(...words: [string, ...string[]]): Promise<string> {
    const client = new IORedis(server.url.replace('unix://', ''));
    const [name, ...args] = words;
    const reply = String(await client.call(name, args));
    client.disconnect();
    return reply;
  }

  const clients = async () => (await command('CLIENT', 'LIST')).trim().split('\n').length - 1;

  async function createProcess(clock: CountingClock) {
    const redis = await connectRedis({ url: server.url }, { timeoutMs: 100, readyWaitMs: 5000, clock });
    const circuit = createCircuit({
      name: 'service',
      failMax: 3,
      resetTimeoutMs: 100,
      maxResetTimeoutMs: 200,
      successThreshold: 2,
      trialPermits: 2,
      // A lost permit would stay taken for longer than this test lasts.
      trialDeadlineMs: 60_000,
      classify: () => 'failure',
      clock,
      redis,
    });
    let losses = 0;
    redis.subscribe(({ type }) => {
      if (type === 'lost') losses += 1;
    });
    return { redis, circuit, losses: () => losses };
  }

  it('give no wrong answer, agree again, and leave no rejection, timer or connection', {
    timeout: 60_000,
  }, async () => {
    const clock = new CountingClock();
    const processes = await Promise.all(Array.from({ length: PROCESSES }, () => createProcess(clock)));
    const wrong: unknown[] = [];
    const end = new AbortController();
    let isServiceUp = true;

    async function call({ circuit }: (typeof processes)[number]): Promise<void> {
      let expected: unknown;
      const work = async () => {
        await sleep(3);
        expected = isServiceUp ? 'an answer' : new Error('the service is down');
        if (expected instanceof Error) throw expected;
        return expected;
      };
      const answer = await circuit.execute(work).catch((error: unknown) => error);
      // The answer of the service to this call; without a call, a rejection.
      if (expected === undefined ? !(answer instanceof CircuitRejectedError) : answer !== expected) wrong.push(answer);
    }
    async function callRepeatedly(one: (typeof processes)[number]): Promise<void> {
      while (!end.signal.aborted) {
        await call(one);
        await sleep(5);
      }
    }
    const callers = processes.flatMap((one) => Array.from({ length: CALLERS }, () => callRepeatedly(one)));
    const allAre = (states: readonly string[]) =>
      eventually(() => {
        const areSo = processes.every(
          ({ circuit, redis }) => redis.isReady() && states.includes(circuit.snapshot().state),
        );
        return areSo || undefined;
      }, 15_000);

    await allAre(['closed']);
    for (const pauseMs of PAUSES_MS) {
      for (const isUp of [true, false]) {
        isServiceUp = isUp;
        await command('CLIENT', 'PAUSE', String(pauseMs), 'ALL');
        // Redis answers when the pause is over.
        await command('PING');
        isServiceUp = true;
        await allAre(['closed']);
      }
    }
    isServiceUp = false;
    await allAre(['open', 'half_open']);
    await server.kill();
    await server.start();
    await allAre(['open', 'half_open']);
    isServiceUp = true;
    await allAre(['closed']);
    end.abort();
    await Promise.all(callers);

    expect(wrong).toEqual([]);
    // All processes lost the killed Redis, and some the one that paused for long.
    expect(processes.reduce((sum, { losses }) => sum + losses(), 0)).toBeGreaterThan(PROCESSES);
    // Each process has one connection for commands and one for messages.
    await eventually(async () => ((await clients()) === 2 * PROCESSES ? true : undefined));
    for (const { circuit } of processes) circuit.close();
    await Promise.all(processes.map(({ redis }) => redis.close()));
    await eventually(async () => ((await clients()) === 0 ? true : undefined));
    expect(clock.pendingTimers).toBe(0);
    expect(unhandled).toEqual([]);
  });
});
