import { Writable } from 'node:stream';
import type { RedisConnection } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { Redis } from '@upstash/redis';
import { describe, expect, it } from 'vitest';
import { createIdentifyLimit } from './identify-limit.ts';

const HOUR = 3_600_000;
const audience = { key: 'anonymous', policy: 'identify-anonymous', rate: { count: 20, windowMs: HOUR } };

/** A Redis that is there, or says so, and fails every command. */
function broken({ ready }: { ready: boolean }) {
  let commands = 0;
  const connection: RedisConnection = {
    redis: new Redis({
      request: async () => {
        commands += 1;
        throw new Error('connection reset');
      },
    }),
    transport: 'tcp',
    isReady: () => ready,
    probe: async () => false,
    subscribe: () => () => {},
    close: async () => {},
  };
  return { connection, commands: () => commands };
}

function limitOver(redis: RedisConnection) {
  const log: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  });
  const clock = new FakeClock();
  const logger = createLogger({ level: 'info', destination });
  return { limit: createIdentifyLimit({ redis, clock, logger }), clock, log };
}

describe('the limit without Redis', () => {
  it.each([true, false])('lets a tenth through and no more (the connection says ready: %s)', async (ready) => {
    const { connection } = broken({ ready });
    const { clock, limit } = limitOver(connection);
    const allowed: boolean[] = [];
    for (let call = 0; call < 4; call += 1) allowed.push((await limit.count(audience)).allowed);
    expect(allowed).toEqual([true, true, false, false]);
    clock.advance(HOUR);
    expect((await limit.count(audience)).allowed).toBe(true);
  });

  it('lets one call through where a tenth would be none', async () => {
    const { limit } = limitOver(broken({ ready: false }).connection);
    const few = { ...audience, rate: { count: 5, windowMs: HOUR } };
    expect((await limit.count(few)).allowed).toBe(true);
    expect((await limit.count(few)).allowed).toBe(false);
  });

  it('asks a connection that is lost for nothing', async () => {
    const { commands, connection } = broken({ ready: false });
    await limitOver(connection).limit.count(audience);
    expect(commands()).toBe(0);
  });

  it('says so in the log once, not once a call', async () => {
    const { limit, log } = limitOver(broken({ ready: true }).connection);
    for (let call = 0; call < 3; call += 1) await limit.count(audience);
    expect(log.filter((line) => line.includes('[RATELIMIT] Redis unavailable'))).toHaveLength(1);
  });
});
