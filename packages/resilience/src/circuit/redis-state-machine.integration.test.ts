import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { connectRedis } from '../redis/connect.ts';
import type { RedisConnection } from '../redis/types.ts';
import { RestServer } from '../testing/rest-server.ts';
import { createTask } from '../testing/task.ts';
import { eventually, testRedisUrl } from '../testing/test-redis.ts';
import { createCircuit } from './circuit-breaker.ts';
import type { Circuit, CircuitStatus } from './types.ts';

const TIMEOUT_MS = 2000;

describe.skipIf(!testRedisUrl).each(['tcp', 'rest'] as const)('a circuit shared over %s', (transport) => {
  let rest: RestServer;
  let connections: RedisConnection[];
  let circuits: Circuit[] = [];

  beforeAll(async () => {
    rest = new RestServer(testRedisUrl);
    const settings = transport === 'rest' ? await rest.listen() : { url: testRedisUrl };
    const connect = () => connectRedis(settings, { timeoutMs: TIMEOUT_MS, readyWaitMs: 5000 });
    connections = await Promise.all([connect(), connect(), connect()]);
  });
  afterEach(() => {
    for (const circuit of circuits) circuit.close();
  });
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await rest[Symbol.asyncDispose]();
  });

  async function createCircuits(resetTimeoutMs: number): Promise<[Circuit, Circuit, Circuit]> {
    const name = randomUUID();
    const [a, b, c] = connections.map((redis) =>
      createCircuit({
        name,
        failMax: 3,
        resetTimeoutMs,
        maxResetTimeoutMs: 60_000,
        successThreshold: 2,
        trialPermits: 2,
        classify: () => 'failure',
        clock: systemClock,
        redis,
        prefix: 'test',
      }),
    );
    if (!a || !b || !c) throw new Error('three connections make three circuits');
    circuits = [a, b, c];
    for (const circuit of circuits) await circuit.execute(async () => 'leaf');
    return [a, b, c];
  }

  const allAre = (state: CircuitStatus) =>
    eventually(() => (circuits.every((circuit) => circuit.snapshot().state === state) ? true : undefined));
  const fail = (circuit: Circuit) =>
    expect(circuit.execute(() => Promise.reject(new Error('withered')))).rejects.toThrow('withered');

  it('opens for all by failures spread over processes, and admits as many trials as it has permits', async () => {
    const [a, b, c] = await createCircuits(300);
    for (const circuit of [a, b, c]) await fail(circuit);
    expect(c.snapshot()).toMatchObject({ state: 'open', failCount: 3 });
    await allAre('open');
    await eventually(() => (circuits.every((circuit) => circuit.admits()) ? true : undefined));
    const task = createTask<string>();
    const calls = circuits.flatMap((circuit) => Array.from({ length: 10 }, () => circuit.execute(task.work)));
    let rejected = 0;
    const ends = calls.map((call) => call.catch(() => (rejected += 1)));
    await eventually(() => (rejected === 28 ? true : undefined));
    task.resolve('leaf');
    await Promise.all(ends);
    expect(task.calls()).toBe(2);
    await allAre('closed');
  });

  it('is isolated for all, with its reason, until a release or its end', async () => {
    const [a, b, c] = await createCircuits(60_000);
    await a.isolate('42');
    await allAre('isolated');
    expect(c.snapshot().isolation).toEqual({ reason: '42' });
    await b.release('done');
    await allAre('closed');
    const changes: string[] = [];
    const isEnded = () => (changes.at(-1) === 'released' ? true : undefined);
    c.subscribe(({ type }) => void changes.push(type));
    await c.isolate('a short while', Date.now() + 500);
    await eventually(isEnded);
    expect(changes).toEqual(['initialized', 'isolated', 'released']);
    await allAre('closed');
  });

  it.each(['Infinity', 'NaN'])(
    'treats an isolation whose end in Redis is %s as endless, and is released as usual',
    async (end) => {
      const [a, b, c] = await createCircuits(60_000);
      await a.isolate('poisoned');
      await connections[0]?.client.hset(`test:{${a.name}}:state`, { till: end, rest: end });
      expect(await b.isolate('another')).toBe('shared');
      await eventually(() => (c.snapshot().isolation?.reason === 'another' ? true : undefined));
      expect(await c.release('done')).toBe('shared');
      await allAre('closed');
    },
  );

  it('closes for all with a reset', async () => {
    const [a, b] = await createCircuits(60_000);
    for (let n = 0; n < 3; n += 1) await fail(a);
    await allAre('open');
    await b.reset('they fixed it');
    await allAre('closed');
    expect(a.snapshot()).toMatchObject({ state: 'closed', failCount: 0, resetTimeoutMs: 60_000 });
  });
});
