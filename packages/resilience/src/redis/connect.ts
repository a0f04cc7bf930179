import { randomUUID } from 'node:crypto';
import { Redis } from '@upstash/redis';
import { type Cancel, type Clock, systemClock } from '../clock.ts';
import { Listeners, type Unsubscribe } from '../listeners.ts';
import { checkRange, LONGEST_MS } from '../range.ts';
import { waitFor } from '../wait.ts';
import { RedisHealthGate } from './health-gate.ts';
import { RestTransport } from './rest-transport.ts';
import { TcpTransport } from './tcp-transport.ts';
import type { RedisConnection, RedisOptions, RedisSettings } from './types.ts';

const DEFAULT_TIMEOUT_MS = { tcp: 100, rest: 500 } as const;
const DEFAULT_CONNECT_TIMEOUT_MS = 500;
const DEFAULT_READY_WAIT_MS = 1000;

/**
 * Connects the one client that is the same for every Redis. Resolves whether or not Redis is available; its state is
 * reported to subscribers. Commands throw `errors.UpstashError` when Redis refuses them and RedisUnavailableError when
 * it does not answer.
 * @throws {TypeError} for an invalid URL, {RangeError} for a time out of range
 */
export async function connectRedis(settings: RedisSettings, options: RedisOptions = {}): Promise<RedisConnection> {
  const type = 'restUrl' in settings ? 'rest' : 'tcp';
  const { clock = systemClock, readyWaitMs = DEFAULT_READY_WAIT_MS, timeoutMs = DEFAULT_TIMEOUT_MS[type] } = options;
  checkRange('timeoutMs', timeoutMs, { min: 1, max: LONGEST_MS });
  const { connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  checkRange('connectTimeoutMs', connectTimeoutMs, { min: 1, max: LONGEST_MS });
  checkRange('readyWaitMs', readyWaitMs, { min: 0, max: LONGEST_MS });
  const gate = new RedisHealthGate(clock, options.onCommand);
  gate.attach(
    'restUrl' in settings
      ? new RestTransport(settings, timeoutMs)
      : new TcpTransport(settings, { timeoutMs, connectTimeoutMs }, clock, gate),
  );
  // Over TCP the transport reports when it is connected.
  if (type === 'rest') void gate.probeUntilReady();
  await waitUntilReady(gate, readyWaitMs, clock);
  const connection: WatchedConnection = {
    client: new Redis(gate),
    transport: type,
    channelOf: (name) => gate.channelOf(name),
    isReady: () => gate.isReady,
    probe: () => gate.probe(),
    subscribe: (listener) => gate.subscribe(listener),
  };
  const dataLoss = new DataLossDetector(connection, clock);
  return {
    ...connection,
    onDataLoss: (listener) => dataLoss.add(listener),
    async close() {
      dataLoss.close();
      gate.close();
    },
  };
}

/** Waits until Redis answers for the first time, at most `waitMs`. */
async function waitUntilReady(gate: RedisHealthGate, waitMs: number, clock: Clock): Promise<void> {
  const ready = (fire: (value: true) => void): Unsubscribe =>
    gate.subscribe((event) => {
      if (event.type === 'ready') fire(true);
    });
  await waitFor(ready, { timeoutMs: waitMs, clock });
}

const MARKER_KEY = 'resilience:data';
/** Poll interval; longer over REST, where each command is billed. */
const POLL_INTERVAL_MS = { tcp: 2000, rest: 60_000 } as const;

type WatchedConnection = Omit<RedisConnection, 'close' | 'onDataLoss'>;

/**
 * Detects that Redis has lost its data, also while the connection stays open: polls a marker key, which is missing
 * then, or was replaced by another process. Sends no command before the first listener is added.
 */
class DataLossDetector {
  readonly #redis: WatchedConnection;
  readonly #clock: Clock;
  readonly #listeners: Listeners<void> = new Listeners();
  #marker: string | undefined;
  #hasStarted = false;
  #isPolling = false;
  #isClosed = false;
  #cancelPoll: Cancel = () => {};

  constructor(redis: WatchedConnection, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
  }

  add(listener: () => void): Unsubscribe {
    if (!this.#hasStarted) this.#start();
    return this.#listeners.add(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelPoll();
  }

  #start(): void {
    this.#hasStarted = true;
    this.#schedulePoll();
    this.#redis.subscribe(({ type }) => {
      // Before the first marker was read, a loss cannot be detected.
      if (type === 'ready' && this.#marker !== undefined) void this.#poll();
    });
  }

  #schedulePoll(): void {
    this.#cancelPoll();
    if (this.#isClosed) return;
    this.#cancelPoll = this.#clock.setTimeout(() => void this.#poll(), POLL_INTERVAL_MS[this.#redis.transport]);
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    try {
      if (this.#redis.isReady()) await this.#compareMarker();
    } catch {
      // The next poll tries again.
    } finally {
      this.#isPolling = false;
      this.#schedulePoll();
    }
  }

  async #compareMarker(): Promise<void> {
    const { client } = this.#redis;
    let marker = await client.get<string>(MARKER_KEY);
    if (marker === null) {
      await client.set(MARKER_KEY, randomUUID(), { nx: true });
      marker = await client.get<string>(MARKER_KEY);
    }
    if (marker === null || marker === this.#marker) return;
    const isLoss = this.#marker !== undefined;
    this.#marker = marker;
    if (isLoss) this.#listeners.emit();
  }
}
