import { randomUUID } from 'node:crypto';
import { type RedisConnection, systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { config } from '../testing/api-under-test.ts';
import { connectInstances } from '../testing/redis-instances.ts';
import { wrong } from '../testing/sign-in-attempts.ts';
import { createRateLimiter } from './create-rate-limiter.ts';
import { createThrottles, type Throttles } from './throttles.ts';

let connections: RedisConnection[] = [];
let instances: Throttles[] = [];
const log: string[] = [];

beforeAll(async () => {
  connections = await connectInstances(2);
  const logger = createLogger({ level: 'warn', destination: { write: (line) => void log.push(line) } });
  instances = connections.map((redis) => {
    const limiter = createRateLimiter({ redis, clock: systemClock, logger });
    return createThrottles({ limiter, clock: systemClock, logger, rates: config.rates });
  });
});
afterAll(() => Promise.all(connections.map((connection) => connection.close())));

it('the sign-in slowdown counts failures of all instances', async () => {
  const [here, there] = instances;
  const email = `${randomUUID()}@example.org`;
  for (let n = 0; n < 22; n += 1) await here?.signIn({ email, address: `10.1.0.${n}` }, wrong);
  for (let n = 0; n < 2; n += 1) await there?.signIn({ email, address: '10.1.1.1' }, wrong);
  expect(log).toEqual([]);
  // The first turn comes at once.
  await there?.signIn({ email, address: '10.1.1.1' }, wrong);
  expect(log).toHaveLength(1);
  expect(log[0]).toContain('sign-in slowed down');
});
