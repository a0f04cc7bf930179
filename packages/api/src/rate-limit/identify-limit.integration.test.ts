import type { RedisConnection } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { apiUnderTest } from '../testing/api-under-test.ts';
import { connectInstances } from '../testing/redis-instances.ts';
import { transports } from '../testing/transports.ts';
import { createRateLimiter } from './create-rate-limiter.ts';
import { createIdentifyLimit, type IdentifyLimit } from './identify-limit.ts';

const HOUR = 3_600_000;
const logger = createLogger({ level: 'silent' });
let connections: RedisConnection[] = [];

beforeAll(async () => {
  connections = await connectInstances(1);
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
});

describe.each(transports)('anonymous callers over %s and Redis', (_name, identify) => {
  beforeEach(() => {
    // The library reads the time from `Date`.
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Creates an API that allows ten calls an hour, in an hour without earlier calls. */
  function limited() {
    const [redis] = connections;
    if (redis === undefined) throw new Error('no connection');
    let limit: IdentifyLimit | undefined;
    const under = apiUnderTest({ limit: { consume: (subject) => (limit ?? never()).consume(subject) } });
    const { clock } = under;
    const pass = (ms: number) => {
      clock.advance(ms);
      vi.setSystemTime(clock.now());
    };
    pass(Math.floor(Math.random() * 100_000) * HOUR);
    limit = createIdentifyLimit({ limiter: createRateLimiter({ redis, clock, logger }), quotaUse: () => 0 });
    return { ...under, pass };
  }

  it('get ten answers in an hour; the eleventh call is allowed exactly after Retry-After', async () => {
    const { api, asked, pass } = limited();
    pass(40 * 60_000 + 123);
    for (let call = 0; call < 10; call += 1) expect((await identify(api, {})).status).toBe(200);
    const refused = await identify(api, {});
    expect(refused).toMatchObject({ status: 429, code: 'rate_limited' });
    // 20 minutes to the full hour, less 123 ms; one of ten calls weighs less from the next millisecond on.
    expect(refused.headers.get('retry-after')).toBe('1200');
    expect(refused.headers.get('ratelimit')).toBe('"identify-anonymous";r=0;t=1200');
    expect(refused.detail).toBe('Request was throttled. Expected available in 1200 seconds.');
    pass(1_199_000);
    expect((await identify(api, {})).headers.get('retry-after')).toBe('1');
    pass(1_000);
    expect((await identify(api, {})).status).toBe(200);
    expect(asked).toHaveLength(11);
    // A tenth of the hour later the next of the ten calls no longer counts, though its window ends much later.
    const again = await identify(api, {});
    expect(again.headers.get('retry-after')).toBe('360');
    pass(359_000);
    expect((await identify(api, {})).status).toBe(429);
    pass(1_000);
    expect((await identify(api, {})).status).toBe(200);
  });
});

function never(): never {
  throw new Error('called before there was a limit');
}
