import { Redis } from '@upstash/redis';
import { type Clock, systemClock } from '../clock.ts';
import { checkRange, LONGEST_MS } from '../range.ts';
import { DataLossDetector } from './data-loss-detector.ts';
import { RedisHealthGate } from './health-gate.ts';
import { RestTransport } from './rest-transport.ts';
import { TcpTransport } from './tcp-transport.ts';
import type { Transport } from './transport.ts';
import type { RedisConnection } from './types.ts';

const READY_WAIT_MS = 1000;

/** `url`: `redis://`, `rediss://` (with `/database`) or `unix:///path/of.sock`; `restUrl`: Upstash. */
export type RedisSettings = { readonly url: string } | { readonly restUrl: string; readonly token: string };

export interface RedisOptions {
  /** Limit of each command, 1 or more; 100 over TCP and 500 over REST serve well. */
  readonly timeoutMs: number;
  /** How long to wait for Redis before resolving without it, 0 or more; 1000 unless given. */
  readonly readyWaitMs?: number;
  readonly clock?: Clock;
}

/**
 * The one client for every Redis. Resolves whether or not Redis is there; its state is told to whoever subscribes.
 * Commands throw `errors.UpstashError` when Redis refuses them and RedisUnavailableError when it does not answer.
 * @throws {TypeError} for a URL that cannot be, {RangeError} for a time that cannot be
 */
export async function connectRedis(settings: RedisSettings, options: RedisOptions): Promise<RedisConnection> {
  const { timeoutMs, readyWaitMs = READY_WAIT_MS, clock = systemClock } = options;
  checkRange('timeoutMs', timeoutMs, { min: 1, max: LONGEST_MS });
  checkRange('readyWaitMs', readyWaitMs, { min: 0, max: LONGEST_MS });
  const guard = new RedisHealthGate(clock);
  const transport: Transport =
    'url' in settings
      ? new TcpTransport(settings.url, timeoutMs, clock, guard)
      : new RestTransport(settings, timeoutMs);
  guard.attach(transport);
  // Over TCP the connection tells by itself when it is there.
  if (transport.type === 'rest') void guard.probeUntilReady();
  await waitUntilReady(guard, readyWaitMs, clock);
  const connection: Omit<RedisConnection, 'close' | 'onDataLoss'> = {
    client: new Redis(guard),
    transport: transport.type,
    channelOf: (name) => guard.channelOf(name),
    isReady: () => guard.isReady,
    probe: () => guard.probe(),
    subscribe: (listener) => guard.subscribe(listener),
  };
  const dataLoss = new DataLossDetector(connection, clock);
  return {
    ...connection,
    onDataLoss: (listener) => dataLoss.add(listener),
    async close() {
      dataLoss.close();
      guard.close();
    },
  };
}

/** Until Redis answers for the first time, at most `waitMs`. */
async function waitUntilReady(guard: RedisHealthGate, waitMs: number, clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Keeps the process alive: clock timers do not, and over REST nothing else might.
  const hold = setInterval(() => {}, LONGEST_MS);
  const cancel = clock.setTimeout(resolve, waitMs);
  const unsubscribe = guard.subscribe(({ type }) => {
    if (type === 'ready') resolve();
  });
  await promise;
  clearInterval(hold);
  cancel();
  unsubscribe();
}
