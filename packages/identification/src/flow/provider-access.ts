import { hash } from 'node:crypto';
import type { Cancel, Clock, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { type Provider, ProviderError } from '../provider.ts';

/** Interval at which this process reads the shared state; each call also reads it before it is sent. */
const LOOK_EVERY_MS = 5_000;
/** Interval of the free usage call that checks whether a provider accepts a rejected API key again. */
const PROBE_EVERY_MS = 60_000;
/** TTL of the shared state, in case no process is left that could clear it. */
const KEPT_MS = 7 * 86_400_000;

/** Why a provider does not work for us at all; only an operator can fix either: API key rejected, or payment due. */
type Trouble = 'misconfigured' | 'unpaid';

const TEXTS: Readonly<Record<Trouble, string>> = {
  misconfigured: 'The provider rejects the API key and is disabled until it accepts the key',
  unpaid:
    'The provider requires payment (402) and is not called until its quota period ends or it reports credits left',
};

/**
 * Records a trouble. KEYS access, a hash: `off` while the API key is rejected, `told:<trouble>` from the first report
 * until a call succeeds. ARGV the trouble, '1' if it disables the provider, TTL in ms. Returns 1 to the process that
 * has to log the trouble, 0 to all others.
 */
const TROUBLE = `
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'off', '1') end
local isFirst = redis.call('HSETNX', KEYS[1], 'told:' .. ARGV[1], '1')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return isFirst
`;

/** Tracks whether a provider accepts our API key and account; shared by all processes with the same key. */
export interface ProviderAccess {
  /** Whether the API key is rejected, from memory. Starts a probe now and then while it is. */
  isRefused(): boolean;
  /** Reads the shared state: whether any process saw the API key rejected. Call before each call. Never throws. */
  wasRefused(): Promise<boolean>;
  /** Records the end of a call; `error` is undefined on success. Logs a trouble once until a call succeeds. */
  note(error: unknown): void;
}

export interface ProviderAccessOptions {
  provider: Pick<Provider, 'name' | 'origin' | 'usage'>;
  /** Only its hash is stored in Redis; each API key has a state of its own. */
  apiKey: string;
  redis: RedisConnection;
  clock: Clock;
  logger: Logger;
  /** Aborts when the process ends. */
  closing: AbortSignal;
  /** First part of the Redis key: `access` unless given. */
  prefix?: string;
}

export class SharedProviderAccess implements ProviderAccess {
  readonly #options: ProviderAccessOptions;
  readonly #key: string;
  readonly #stop: Unsubscribe;
  #isOff = false;
  readonly #told = new Set<Trouble>();
  /** Troubles that could not be written to Redis yet. */
  readonly #untold = new Set<Trouble>();
  /** Number of local changes: discards a reply of Redis that was requested before the last one. */
  #changes = 0;
  #nextProbeAt = 0;
  #cancel: Cancel = () => undefined;

  constructor(options: ProviderAccessOptions) {
    const { apiKey, prefix = 'access', provider, redis } = options;
    this.#options = options;
    this.#key = `${prefix}:{${provider.name}}:${hash('sha256', JSON.stringify([provider.origin, apiKey])).slice(0, 32)}`;
    this.#stop = redis.subscribe(({ type }) => {
      if (type === 'ready') void this.#catchUp();
    });
  }

  isRefused(): boolean {
    if (this.#isOff && this.#options.clock.monotonic() >= this.#nextProbeAt) void this.#probe();
    return this.#isOff;
  }

  async wasRefused(): Promise<boolean> {
    await this.#look();
    return this.#isOff;
  }

  note(error: unknown): void {
    if (error === undefined) this.#recovered();
    if (!(error instanceof ProviderError)) return;
    if (error.kind === 'misconfigured') void this.#meet('misconfigured', error.status);
    else if (error.status === 402) void this.#meet('unpaid', error.status);
  }

  /** Starts to poll the shared state. Never throws. */
  async start(): Promise<void> {
    await this.#follow();
  }

  close(): void {
    this.#stop();
    this.#cancel();
  }

  async #follow(): Promise<void> {
    const { clock, closing } = this.#options;
    await this.#look();
    if (closing.aborted) return;
    // Probes a rejected key even without requests, so that health shows when it is accepted again.
    this.isRefused();
    this.#cancel = clock.setTimeout(() => void this.#follow(), LOOK_EVERY_MS);
  }

  async #look(): Promise<void> {
    const { redis } = this.#options;
    if (!redis.isReady() || this.#untold.size > 0) return;
    const changes = this.#changes;
    try {
      const known = await redis.redis.hgetall<Record<string, unknown>>(this.#key);
      if (changes !== this.#changes) return;
      if (known?.['off'] !== undefined && !this.#isOff) this.#switchOff();
      this.#isOff = known?.['off'] !== undefined;
      for (const trouble of ['misconfigured', 'unpaid'] as const) {
        if (known?.[`told:${trouble}`] === undefined) this.#told.delete(trouble);
        else this.#told.add(trouble);
      }
    } catch {
      // Keeps the local state.
    }
  }

  #switchOff(): void {
    this.#isOff = true;
    this.#nextProbeAt = this.#options.clock.monotonic() + PROBE_EVERY_MS;
  }

  async #meet(trouble: Trouble, status: number | undefined): Promise<void> {
    const { logger, provider } = this.#options;
    this.#changes += 1;
    if (trouble === 'misconfigured') this.#switchOff();
    const wasTold = this.#told.has(trouble);
    this.#told.add(trouble);
    const isFirst = await this.#tell(trouble);
    if (isFirst && !wasTold) logger.error({ provider: provider.name, status }, TEXTS[trouble]);
  }

  /** Records the trouble in Redis. Returns whether this process has to log it; true while Redis is unavailable. */
  async #tell(trouble: Trouble): Promise<boolean> {
    try {
      const isOff = trouble === 'misconfigured' ? '1' : '0';
      const isFirst = await this.#options.redis.redis.eval(TROUBLE, [this.#key], [trouble, isOff, String(KEPT_MS)]);
      this.#untold.delete(trouble);
      return isFirst === 1;
    } catch {
      this.#untold.add(trouble);
      return true;
    }
  }

  async #probe(): Promise<void> {
    const { clock, closing, logger, provider, redis } = this.#options;
    this.#nextProbeAt = clock.monotonic() + PROBE_EVERY_MS;
    try {
      await provider.usage(closing);
    } catch (error) {
      logger.debug({ provider: provider.name, error }, 'The provider still rejects the API key');
      return;
    }
    this.#changes += 1;
    this.#isOff = false;
    this.#untold.delete('misconfigured');
    const isFirst = await redis.redis.hdel(this.#key, 'off').catch(() => 1);
    if (isFirst === 1) logger.warn({ provider: provider.name }, 'The provider accepts the API key again');
  }

  #recovered(): void {
    if (!this.#isOff && this.#told.size === 0) return;
    this.#changes += 1;
    this.#isOff = false;
    this.#told.clear();
    this.#untold.clear();
    this.#options.redis.redis.del(this.#key).catch(() => undefined);
  }

  /** Writes pending troubles once Redis is back, perhaps without its data, and reads the shared state. */
  async #catchUp(): Promise<void> {
    for (const trouble of this.#untold) await this.#tell(trouble);
    await this.#look();
  }
}
