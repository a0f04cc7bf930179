import { hash } from 'node:crypto';
import type { Cancel, Clock, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { ProviderClient } from './definition.ts';
import { ProviderError } from './provider-error.ts';

/** Interval at which this process reads the shared state; each call also reads it before it is sent. */
const POLL_EVERY_MS = 5_000;

/** Interval of the free usage call that checks whether a provider accepts a rejected API key again. */
const PROBE_EVERY_MS = 60_000;

/** TTL of the shared state, in case no process is left that could clear it. */
const KEPT_MS = 7 * 86_400_000;

/** Why a provider does not work for us at all: API key rejected, or payment due. Only an operator can fix either. */
type AccessFault = 'misconfigured' | 'unpaid';

const TEXTS: Readonly<Record<AccessFault, string>> = {
  misconfigured: 'The provider rejects the API key and is disabled until it accepts the key',
  unpaid: 'The provider requires payment and is not called until its quota period ends or it reports credits left',
};

/**
 * Records a fault. KEYS access, a hash: `off` while the API key is rejected, `told:<fault>` from the first report
 * until a call succeeds, with its time in epoch ms (`1` from earlier versions). ARGV the fault, '1' if it disables the
 * provider, TTL in ms, now in epoch ms. Returns 1 to the process that has to log the fault, 0 to all others.
 */
const RECORD_FAULT = `
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'off', '1') end
local isFirst = redis.call('HSETNX', KEYS[1], 'told:' .. ARGV[1], ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return isFirst
`;

/** Tracks whether a provider accepts our API key and account; shared by all processes with the same key. */
export interface ProviderAccess {
  /** Whether the API key is rejected, from memory. Starts a probe now and then while it is. */
  isRefused(): boolean;
  /** Returns since when this process knows that the API key is rejected; epoch ms. */
  refusedSince(): number | undefined;
  /** Returns since when the provider requires payment or says that no credits are left to buy answers with; epoch ms. */
  unpaidSince(): number | undefined;
  /** Reads the shared state: whether any process saw the API key rejected. Call before each call. Never throws. */
  wasRefused(): Promise<boolean>;
  /** Returns why the provider works for no call now, from memory. */
  faults(): readonly AccessFault[];
  /** Records the end of a call; `error` is undefined on success. Logs a fault once until a call succeeds. */
  record(error: unknown): void;
  /** Records that a usage report says that no money is left. */
  recordUnpaid(): void;
}

export interface ProviderAccessOptions {
  client: Pick<ProviderClient, 'name' | 'origin' | 'usage'>;
  /** Only its hash is stored in Redis; each API key has a state of its own. */
  apiKey: string;
  redis: RedisConnection;
  clock: Clock;
  logger: Logger;
  /** Aborts when the process ends. */
  closing: AbortSignal;
  /** First part of the keys in Redis. */
  prefix: string;
  /** Called when a call shows a fault that this process did not know. */
  onFault(): void;
}

export class SharedProviderAccess implements ProviderAccess {
  readonly #options: ProviderAccessOptions;
  readonly #key: string;
  readonly #stop: Unsubscribe;
  #isOff = false;
  #offSince = 0;
  /** The faults since the last successful call, each with the time of its first report in epoch milliseconds. */
  readonly #reported = new Map<AccessFault, number>();
  /** Faults that could not be written to Redis yet. */
  readonly #unreported = new Set<AccessFault>();
  /** Number of local changes: discards a reply of Redis that was requested before the last one. */
  #changes = 0;
  #nextProbeAt = 0;
  #cancel: Cancel = () => undefined;

  constructor(options: ProviderAccessOptions) {
    const { apiKey, prefix, client, redis } = options;
    this.#options = options;
    this.#key = `${prefix}:{${client.name}}:${hash('sha256', JSON.stringify([client.origin, apiKey])).slice(0, 32)}`;
    this.#stop = redis.subscribe(({ type }) => {
      if (type === 'ready') void this.#catchUp();
    });
  }

  isRefused(): boolean {
    if (this.#isOff && this.#options.clock.monotonic() >= this.#nextProbeAt) void this.#probe();
    return this.#isOff;
  }

  refusedSince(): number | undefined {
    return this.#isOff ? this.#offSince : undefined;
  }

  unpaidSince(): number | undefined {
    return this.#reported.get('unpaid');
  }

  async wasRefused(): Promise<boolean> {
    await this.#readShared();
    return this.#isOff;
  }

  faults(): readonly AccessFault[] {
    const misconfigured = this.#isOff ? (['misconfigured'] as const) : [];
    return this.#reported.has('unpaid') ? [...misconfigured, 'unpaid'] : misconfigured;
  }

  record(error: unknown): void {
    if (error === undefined) this.#recovered();
    if (!(error instanceof ProviderError)) return;
    if (error.type === 'misconfigured') void this.#report('misconfigured', error.status);
    else if (error.isUnpaid) void this.#report('unpaid', error.status);
  }

  recordUnpaid(): void {
    if (!this.#reported.has('unpaid')) void this.#report('unpaid', undefined);
  }

  /** Starts to poll the shared state. Never throws. */
  async start(): Promise<void> {
    await this.#poll();
  }

  close(): void {
    this.#stop();
    this.#cancel();
  }

  async #poll(): Promise<void> {
    const { clock, closing } = this.#options;
    await this.#readShared();
    if (closing.aborted) return;
    // Probes a rejected key even without requests, so that health shows when it is accepted again.
    this.isRefused();
    this.#cancel = clock.setTimeout(() => void this.#poll(), POLL_EVERY_MS);
  }

  async #readShared(): Promise<void> {
    const { redis } = this.#options;
    if (!redis.isReady() || this.#unreported.size > 0) return;
    const changes = this.#changes;
    try {
      const known = await redis.client.hgetall<Record<string, unknown>>(this.#key);
      if (changes !== this.#changes) return;
      if (known?.['off'] !== undefined && !this.#isOff) this.#switchOff();
      this.#isOff = known?.['off'] !== undefined;
      for (const fault of ['misconfigured', 'unpaid'] as const) {
        const told = known?.[`told:${fault}`];
        if (told === undefined) this.#reported.delete(fault);
        else this.#reported.set(fault, reportedAt(told) ?? this.#reported.get(fault) ?? this.#options.clock.now());
      }
    } catch {
      // Keeps the local state.
    }
  }

  #switchOff(): void {
    const { clock } = this.#options;
    if (!this.#isOff) this.#offSince = clock.now();
    this.#isOff = true;
    this.#nextProbeAt = clock.monotonic() + PROBE_EVERY_MS;
  }

  async #report(fault: AccessFault, status: number | undefined): Promise<void> {
    const { clock, logger, client } = this.#options;
    this.#changes += 1;
    if (fault === 'misconfigured') this.#switchOff();
    const wasReported = this.#reported.has(fault);
    if (!wasReported) this.#reported.set(fault, clock.now());
    const isFirst = await this.#claimReport(fault);
    if (wasReported) return;
    if (isFirst) logger.error({ provider: client.name, status }, TEXTS[fault]);
    this.#options.onFault();
  }

  /** Records the fault in Redis. Returns whether this process has to log it; true while Redis is unavailable. */
  async #claimReport(fault: AccessFault): Promise<boolean> {
    try {
      const isOff = fault === 'misconfigured' ? '1' : '0';
      const at = String(this.#reported.get(fault) ?? this.#options.clock.now());
      const args = [fault, isOff, String(KEPT_MS), at];
      const isFirst = await this.#options.redis.client.eval(RECORD_FAULT, [this.#key], args);
      this.#unreported.delete(fault);
      return isFirst === 1;
    } catch {
      this.#unreported.add(fault);
      return true;
    }
  }

  async #probe(): Promise<void> {
    const { clock, closing, logger, client, redis } = this.#options;
    this.#nextProbeAt = clock.monotonic() + PROBE_EVERY_MS;
    try {
      await client.usage(closing);
    } catch (error) {
      logger.debug({ provider: client.name, err: error }, 'The provider still rejects the API key');
      return;
    }
    this.#changes += 1;
    this.#isOff = false;
    this.#unreported.delete('misconfigured');
    const isFirst = await redis.client.hdel(this.#key, 'off').catch(() => 1);
    if (isFirst === 1) logger.warn({ provider: client.name }, 'The provider accepts the API key again');
  }

  #recovered(): void {
    if (!this.#isOff && this.#reported.size === 0) return;
    this.#changes += 1;
    this.#isOff = false;
    this.#reported.clear();
    this.#unreported.clear();
    this.#options.redis.client.del(this.#key).catch(() => undefined);
  }

  /** Writes pending faults once Redis is back, perhaps without its data, and reads the shared state. */
  async #catchUp(): Promise<void> {
    for (const fault of this.#unreported) await this.#claimReport(fault);
    await this.#readShared();
  }
}

/** Returns the time of a report in epoch milliseconds; undefined for one of an earlier version, which has none. */
function reportedAt(told: unknown): number | undefined {
  const at = Number(told);
  return at > 1 ? at : undefined;
}
