import { randomUUID } from 'node:crypto';
import { type Database, isDatabaseUnavailable, table } from '@plantcommunity/db';
import { type Cancel, type Clock, waitFor } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { ProviderName } from '../types.ts';
import { firstDayOf } from './periods.ts';
import type { QuotaWindow } from './types.ts';

/** Pause after a failed write. */
const RETRY_MS = 5_000;
/** Age, from its beginning, at which a day gets no more credits. */
const CLOSED_MS = 2 * 86_400_000;
/** Maximum time that a call waits for the database. */
const READ_TIMEOUT_MS = 1_000;

export type RecentUsage = Readonly<Record<'day' | 'week' | 'month', number>>;

/** The credits spent per day, in the database: they initialize counters that Redis has lost. */
export interface DailyUsage {
  /** Counts at once and writes in the background. `at`: epoch milliseconds, on the day that the credits count in. */
  add(provider: ProviderName, at: number, credits: number): void;
  /** Returns what all processes spent in the current day, week and month, as far as it is written. */
  read(provider: ProviderName, now: number): Promise<RecentUsage>;
  /** Returns what all processes spent on the UTC day of `at`, in epoch milliseconds, as far as it is written. */
  readDay(provider: ProviderName, at: number): Promise<number>;
}

/** Returns the credits spent by window, as far as the database knows in time; other windows are absent. Never throws. */
export async function readRecentUsage(parts: {
  provider: { readonly name: ProviderName };
  dailyUsage: DailyUsage;
  clock: Clock;
}): Promise<Readonly<Partial<Record<QuotaWindow, number>>>> {
  const { clock, dailyUsage, provider } = parts;
  try {
    return (await waitFor(dailyUsage.read(provider.name, clock.now()), { clock, timeoutMs: READ_TIMEOUT_MS })) ?? {};
  } catch {
    return {};
  }
}

interface Row {
  readonly provider: ProviderName;
  readonly day: Date;
  count: number;
  written: number;
}

/**
 * Writes one row per day, provider and run of a process, always with its whole sum of the day, which only grows: a write
 * that is repeated because its answer was lost, or comes late, changes nothing, and processes do not wait for each
 * other's rows.
 */
export class StoredDailyUsage implements DailyUsage {
  readonly #client: Database['client'];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #writer = randomUUID();
  readonly #rows = new Map<string, Row>();
  #writing: Promise<void> | undefined;
  #cancelRetry: Cancel | undefined;

  constructor({ clock, database, logger }: { database: Pick<Database, 'client'>; clock: Clock; logger: Logger }) {
    this.#client = database.client;
    this.#clock = clock;
    this.#logger = logger;
  }

  add(provider: ProviderName, at: number, credits: number): void {
    const day = firstDayOf('day', at);
    const key = `${provider} ${day.getTime()}`;
    const row = this.#rows.get(key) ?? { provider, day, count: 0, written: 0 };
    row.count += credits;
    this.#rows.set(key, row);
    if (this.#cancelRetry === undefined) void this.#write();
  }

  async read(provider: ProviderName, now: number): Promise<RecentUsage> {
    await this.#write();
    const [day, week, month] = [firstDayOf('day', now), firstDayOf('week', now), firstDayOf('month', now)];
    const days = await this.#client.providerUse.groupBy({
      by: ['day'],
      where: { provider, day: { gte: week < month ? week : month } },
      _sum: { count: true },
    });
    const since = (first: Date) =>
      days.reduce((sum, { _sum, day: one }) => (one < first ? sum : sum + (_sum.count ?? 0)), 0);
    return { day: since(day), week: since(week), month: since(month) };
  }

  async readDay(provider: ProviderName, at: number): Promise<number> {
    await this.#write();
    const { _sum } = await this.#client.providerUse.aggregate({
      where: { provider, day: firstDayOf('day', at) },
      _sum: { count: true },
    });
    return _sum.count ?? 0;
  }

  /** Writes all counts so far, one row after the other; retries later what fails. Never throws. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeRows()
      .catch((error: unknown) => this.#retryLater(error))
      .finally(() => {
        this.#writing = undefined;
        if (this.#cancelRetry === undefined && this.#unwritten() !== undefined) void this.#write();
      });
    return this.#writing;
  }

  async #writeRows(): Promise<void> {
    for (let row = this.#unwritten(); row !== undefined; row = this.#unwritten()) {
      const { count, day, provider } = row;
      await this.#client.$executeRaw`
        INSERT INTO ${table('ProviderUse')} AS used (provider, day, writer, count) VALUES (${provider}, ${day}, ${this.#writer}, ${count})
        ON CONFLICT (provider, day, writer) DO UPDATE SET count = GREATEST(used.count, excluded.count)`;
      row.written = count;
    }
    for (const [key, { day }] of this.#rows) {
      if (this.#clock.now() - day.getTime() > CLOSED_MS) this.#rows.delete(key);
    }
  }

  #unwritten(): Row | undefined {
    return [...this.#rows.values()].find(({ count, written }) => count !== written);
  }

  #retryLater(error: unknown): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#clock.setTimeout(() => {
      this.#cancelRetry = undefined;
      void this.#write();
    }, RETRY_MS);
    // The health gate logs once that the database is unavailable.
    if (!isDatabaseUnavailable(error)) this.#logger.warn({ err: error }, '[QUOTA] Could not write the daily usage');
  }
}
