import { hash } from 'node:crypto';
import type { Cancel, Clock, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { type Provider, ProviderError } from '../provider.ts';

/** How long another process's news may take to get here; a call asks for itself before it leaves. */
const LOOK_EVERY_MS = 5_000;
/** A provider that refused our key is asked (for free) this often whether it takes it. */
const PROBE_EVERY_MS = 60_000;
/** After the last of it, in case no process is left that could end it. */
const KEPT_MS = 7 * 86_400_000;

/** Why a provider does not work for us at all. Both last until people have done something about it. */
type Trouble = 'misconfigured' | 'unpaid';

const TEXTS: Readonly<Record<Trouble, string>> = {
  misconfigured: 'The provider refuses our key and is off until it accepts it',
  unpaid: 'The provider asks for payment and is not asked until its period ends or it says that credits are left',
};

/**
 * KEYS access, a hash: `off` while the key is refused, `told:<trouble>` from when operators are told until a call
 * succeeds. ARGV the trouble, '1' when it switches the provider off, ms to keep it. Returns 1 to the process that is to
 * tell operators, 0 to all others.
 */
const TROUBLE = `
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'off', '1') end
local isFirst = redis.call('HSETNX', KEYS[1], 'told:' .. ARGV[1], '1')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return isFirst
`;

/** Whether a provider accepts our key and account, known to all processes with the same key. */
export interface ProviderAccess {
  /** In memory; while the key is refused it is probed now and then. */
  isRefused(): boolean;
  /** Before a call leaves: whether the key was refused, here or to another process. Never throws. */
  wasRefused(): Promise<boolean>;
  /** How a call ended: undefined with an answer. Operators are told of a trouble once, until a call succeeds. */
  note(error: unknown): void;
}

export interface ProviderAccessOptions {
  provider: Pick<Provider, 'name' | 'origin' | 'usage'>;
  /** Only a hash of it is told to Redis: another key is another matter. */
  apiKey: string;
  redis: RedisConnection;
  clock: Clock;
  logger: Logger;
  /** Aborts when the process ends. */
  closing: AbortSignal;
  /** First part of its key in Redis: `access` unless given. */
  prefix?: string;
}

export class SharedProviderAccess implements ProviderAccess {
  readonly #options: ProviderAccessOptions;
  readonly #key: string;
  readonly #stop: Unsubscribe;
  #isOff = false;
  readonly #told = new Set<Trouble>();
  /** What Redis has not been told yet. */
  readonly #untold = new Set<Trouble>();
  /** Of what happened here: an answer of Redis that was asked for before is out of date. */
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

  /** Learns what other processes know, now and then. Never throws. */
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
    // A refused key is probed though no request asks for it, so that health tells when it is good again.
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
      // What this process knows holds.
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

  /** Whether it falls to this process to tell operators; it does while Redis is away. */
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
      logger.debug({ provider: provider.name, error }, 'The provider still refuses our key');
      return;
    }
    this.#changes += 1;
    this.#isOff = false;
    this.#untold.delete('misconfigured');
    const isFirst = await redis.redis.hdel(this.#key, 'off').catch(() => 1);
    if (isFirst === 1) logger.warn({ provider: provider.name }, 'The provider accepts our key again');
  }

  #recovered(): void {
    if (!this.#isOff && this.#told.size === 0) return;
    this.#changes += 1;
    this.#isOff = false;
    this.#told.clear();
    this.#untold.clear();
    this.#options.redis.redis.del(this.#key).catch(() => undefined);
  }

  /** Redis is back, perhaps without what it knew. */
  async #catchUp(): Promise<void> {
    for (const trouble of this.#untold) await this.#tell(trouble);
    await this.#look();
  }
}
