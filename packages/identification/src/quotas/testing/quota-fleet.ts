import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { ProviderError, type ProviderErrorType } from '../../providers/provider-error.ts';
import type { ProviderName } from '../../types.ts';
import type { Quota, QuotaLimits, UsageReport } from '../types.ts';
import { dailyUsageInMemory } from './daily-usage.ts';
import { messagesInto } from './messages.ts';
import { quotaUnderTest } from './quota-under-test.ts';

/** A poll reads, takes a lease, reads again, reconciles and releases, one after the other. */
const SETTLING_ROUNDS = 10;

/** Start time of the tests. */
export const NOON = Date.UTC(2026, 10, 22, 12);

/** Several processes with one quota on one Redis; the test controls the clock and the provider's usage report. */
export class QuotaFleet {
  readonly prefix = `test:${randomUUID()}`;
  readonly clock = new FakeClock(NOON);
  /** The daily usage of the database. */
  readonly rows = dailyUsageInMemory();
  /** Warnings in the log. */
  readonly lines: string[] = [];
  /** The provider's usage report, and how often it was polled. */
  report: () => UsageReport | Promise<UsageReport> = () => ({ windows: {}, exhausted: false });
  polls = 0;
  readonly #url: string;
  readonly #timeoutMs: number;
  readonly #connections: RedisConnection[] = [];
  readonly #quotas: Quota[] = [];

  constructor(url: string = process.env['TEST_REDIS_URL'] ?? '', timeoutMs = 2_000) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
  }

  /** Starts one more process. */
  async instance(limits: QuotaLimits = {}, name: ProviderName = 'plantnet'): Promise<Quota> {
    const redis = await connectRedis(
      { url: this.#url },
      { timeoutMs: this.#timeoutMs, readyWaitMs: 2 * this.#timeoutMs },
    );
    this.#connections.push(redis);
    const usage = async () => {
      this.polls += 1;
      return await this.report();
    };
    const quota = quotaUnderTest({
      provider: { name, usage },
      redis,
      clock: this.clock,
      prefix: this.prefix,
      limits,
      dailyUsage: this.rows,
      logger: messagesInto(this.lines),
    });
    this.#quotas.push(quota);
    return quota;
  }

  /** The client of the first process. */
  get redis(): RedisConnection['client'] {
    const [first] = this.#connections;
    if (first === undefined) throw new Error('there is no process yet');
    return first.client;
  }

  /** Whether all processes see Redis as ready, or none does. */
  sees(isReady: boolean): boolean {
    return this.#connections.every((redis) => redis.isReady() === isReady);
  }

  /** Waits until all processes have received the replies of their commands and of those that follow. */
  async settle(): Promise<void> {
    for (let round = 0; round < SETTLING_ROUNDS; round += 1) {
      await Promise.all(this.#connections.map(({ client: redis }) => redis.ping()));
      await setImmediate();
    }
  }

  async close(): Promise<void> {
    for (const quota of this.#quotas) quota.close();
    await Promise.all(this.#connections.map((redis) => redis.close()));
  }
}

export const call = (quota: Quota, credits = 1) => quota.run(credits, async () => 'answered');

/** Resolves with the error of the call. */
export const failing = (quota: Quota, error: unknown) =>
  quota.run(1, () => Promise.reject(error)).catch((reason: unknown) => reason);

export async function spend(quota: Quota, calls: number): Promise<void> {
  for (let n = 0; n < calls; n += 1) await call(quota);
}

/** Starts calls at once and returns how many are let through. */
export async function letThrough(quota: Quota, calls: number): Promise<number> {
  const ends = await Promise.allSettled(Array.from({ length: calls }, () => call(quota)));
  return ends.filter(({ status }) => status === 'fulfilled').length;
}

export const failed = (type: ProviderErrorType, status?: number, retryAfterMs?: number) =>
  new ProviderError('plantnet', type, 'as scripted', { status, retryAfterMs });

/** Returns the credits used, as seen by the process. */
export const used = (quota: Quota, window = 'day') =>
  quota.counters().find(({ period }) => period.window === window)?.used;

export const dayReport = (limit: number | null, count?: number): UsageReport => ({
  windows: { day: { limit, used: count } },
  exhausted: false,
});
