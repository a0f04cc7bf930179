import { Writable } from 'node:stream';
import type { RedisConnection } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { Redis } from '@upstash/redis';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from './create-rate-limiter.ts';

const HOUR = 3_600_000;
const TWENTY = { count: 20, windowMs: HOUR };

/** A connection that reports `ready` and fails every command. */
function broken({ ready }: { ready: boolean }) {
  let commands = 0;
  const connection: RedisConnection = {
    client: new Redis({
      request: async () => {
        commands += 1;
        throw new Error('connection reset');
      },
    }),
    transport: 'tcp',
    channelOf: (name) => name,
    isReady: () => ready,
    probe: async () => false,
    subscribe: () => () => {},
    onDataLoss: () => () => {},
    close: async () => {},
  };
  return { connection, commands: () => commands };
}

function limiterOver(redis: RedisConnection) {
  const log: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(chunk.toString());
      done();
    },
  });
  const clock = new FakeClock();
  const logger = createLogger({ level: 'info', destination });
  return { limiter: createRateLimiter({ redis, clock, logger }), clock, log };
}

describe('a rate limiter without Redis', () => {
  it.each([true, false])('allows a tenth of the calls (the connection reports ready: %s)', async (ready) => {
    const { clock, limiter } = limiterOver(broken({ ready }).connection);
    const results: string[] = [];
    for (let call = 0; call < 4; call += 1) {
      const { allowed } = await limiter.consume('anna', TWENTY);
      results.push(allowed ? 'allowed' : 'refused');
    }
    expect(results).toEqual(['allowed', 'allowed', 'refused', 'refused']);
    expect(await limiter.peek('anna', TWENTY)).toEqual({
      rate: { count: 2, windowMs: HOUR },
      remaining: 0,
      resetAt: clock.now() + HOUR,
      fullAt: clock.now() + HOUR,
    });
    clock.advance(HOUR);
    expect((await limiter.consume('anna', TWENTY)).allowed).toBe(true);
  });

  it('allows one call if a tenth is less than one', async () => {
    const { limiter } = limiterOver(broken({ ready: false }).connection);
    const few = { count: 5, windowMs: HOUR };
    expect((await limiter.consume('anna', few)).allowed).toBe(true);
    expect((await limiter.consume('anna', few)).allowed).toBe(false);
  });

  it('sends no commands over a lost connection', async () => {
    const { commands, connection } = broken({ ready: false });
    await limiterOver(connection).limiter.consume('anna', TWENTY);
    expect(commands()).toBe(0);
  });

  it('logs the outage once', async () => {
    const { log, limiter } = limiterOver(broken({ ready: true }).connection);
    for (let call = 0; call < 3; call += 1) await limiter.consume('anna', TWENTY);
    expect(log.filter((line) => line.includes('[RATELIMIT] Redis unavailable'))).toHaveLength(1);
  });
});
