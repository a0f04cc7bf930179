import { Redis as IORedis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../redis/connect.ts';
import { CountingClock } from '../testing/counting-clock.ts';
import { pass } from '../testing/real-time.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { listenForUnheardFailures } from '../testing/unheard-failures.ts';
import { createCircuit } from './circuit-breaker.ts';
import { CircuitRejectedError } from './rejected-error.ts';

/** One pause is shorter than the silence after which a connection is given up, one is longer. */
const PAUSES_MS = [150, 700];
const PROCESSES = 3;
const CALLERS = 3;

describe.skipIf(!hasRedisServer)('circuits under load whose Redis pauses, dies and comes back empty', () => {
  let server: RedisServer;
  const unhandled = listenForUnheardFailures();

  beforeEach(async () => {
    server = await RedisServer.prepare();
    await server.start();
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
  });

  /** By a connection of its own, which is closed again: one kept would break with Redis. */
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
      // A permit that were lost would be missed for longer than this test lasts.
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

  it('give no wrong answer, meet again, and leave no rejection, timer or connection', { timeout: 60_000 }, async () => {
    const clock = new CountingClock();
    const processes = await Promise.all(Array.from({ length: PROCESSES }, () => createProcess(clock)));
    const wrong: unknown[] = [];
    const end = new AbortController();
    let isServiceUp = true;

    async function call({ circuit }: (typeof processes)[number]): Promise<void> {
      let told: unknown;
      const work = async () => {
        await pass(3);
        told = isServiceUp ? 'an answer' : new Error('the service is down');
        if (told instanceof Error) throw told;
        return told;
      };
      const answer = await circuit.execute(work).catch((error: unknown) => error);
      // Of the service and of this call; without a call, a rejection.
      if (told === undefined ? !(answer instanceof CircuitRejectedError) : answer !== told) wrong.push(answer);
    }
    async function callAgainAndAgain(one: (typeof processes)[number]): Promise<void> {
      while (!end.signal.aborted) {
        await call(one);
        await pass(5);
      }
    }
    const callers = processes.flatMap((one) => Array.from({ length: CALLERS }, () => callAgainAndAgain(one)));
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
        // Answered when the pause is over.
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
    // All missed the one that was killed, and some the one that paused for long.
    expect(processes.reduce((sum, { losses }) => sum + losses(), 0)).toBeGreaterThan(PROCESSES);
    // For commands and for messages.
    await eventually(async () => ((await clients()) === 2 * PROCESSES ? true : undefined));
    for (const { circuit } of processes) circuit.close();
    await Promise.all(processes.map(({ redis }) => redis.close()));
    await eventually(async () => ((await clients()) === 0 ? true : undefined));
    expect(clock.pendingTimers).toBe(0);
    expect(unhandled).toEqual([]);
  });
});
