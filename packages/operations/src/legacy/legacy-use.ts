import { randomUUID } from 'node:crypto';
import { type Database, isDatabaseUnavailable, Prisma, table } from '@plantcommunity/db';
import type { Cancel, Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { DAY_MS, MINUTE_MS } from '../durations.ts';
import { Sampler } from '../sampler.ts';
import { clientNameOf } from './client-name.ts';

/** Calls of the legacy namespace on the UTC day so far. */
export interface LegacyOverview {
  /** Last day of the namespace, in milliseconds since 1970. */
  sunsetAt: number;
  /** The most frequent ones first. */
  rows: readonly { path: string; client: string; today: number }[];
}

/** Clients of a day that a process names; a caller can make up any number of them. */
const MAX_CLIENTS = 50;
/** Rows of a statement, and of an overview. */
const MAX_ROWS = 500;
const MAX_SHOWN = 100;

interface Row {
  readonly day: number;
  readonly path: string;
  readonly client: string;
  count: number;
  written: number;
}

/**
 * Counts the calls of each client to each legacy path in memory, and writes them at most once a minute: one row per day,
 * path, client and run of a process, always with its whole count, which only grows. So a write that is repeated because
 * its answer was lost changes nothing, and processes do not wait for each other's rows.
 */
export class LegacyUse {
  readonly #client: Database['client'];
  readonly #sunsetAt: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #writer = randomUUID();
  readonly #rows = new Map<string, Row>();
  /** Today's rows of the other processes. */
  readonly #others: Sampler<readonly { day: number; path: string; client: string; count: number }[]>;
  #clients: { day: number; names: Set<string> } = { day: 0, names: new Set() };
  #writing: Promise<void> | undefined;
  #cancelNext: Cancel | undefined;
  #isClosed = false;

  constructor(options: { database: Pick<Database, 'client'>; sunsetAt: Date; clock: Clock; logger: Logger }) {
    this.#client = options.database.client;
    this.#sunsetAt = options.sunsetAt.getTime();
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#others = new Sampler(options.clock, MINUTE_MS, () => this.#readOthers());
  }

  /** Counts one call. `path` is that which the code declares, so that there are few of them. */
  record({ path, userAgent }: { path: string; userAgent: string | undefined }): void {
    const day = this.#today();
    const client = this.#bounded(day, clientNameOf(userAgent));
    const key = `${day} ${path} ${client}`;
    const row = this.#rows.get(key) ?? { day, path, client, count: 0, written: 0 };
    row.count += 1;
    this.#rows.set(key, row);
    if (!this.#isClosed) this.#cancelNext ??= this.#clock.setTimeout(() => void this.#write(), MINUTE_MS);
  }

  /** Returns the calls of today on all instances: those of the others as of the last minute. Never rejects. */
  async read(): Promise<LegacyOverview> {
    const day = this.#today();
    const others = (await this.#others.read()) ?? [];
    const sums = new Map<string, { path: string; client: string; today: number }>();
    for (const { client, count, path } of [...others, ...this.#rows.values()].filter((row) => row.day === day)) {
      const key = `${path} ${client}`;
      sums.set(key, { path, client, today: (sums.get(key)?.today ?? 0) + count });
    }
    const rows = [...sums.values()].toSorted((one, other) => other.today - one.today);
    return { sunsetAt: this.#sunsetAt, rows: rows.slice(0, MAX_SHOWN) };
  }

  /** Writes what is not written yet. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    await this.#write();
    this.#cancelNext?.();
  }

  #today(): number {
    const now = this.#clock.now();
    return now - (now % DAY_MS);
  }

  #bounded(day: number, client: string): string {
    if (this.#clients.day !== day) this.#clients = { day, names: new Set() };
    const { names } = this.#clients;
    if (names.size >= MAX_CLIENTS && !names.has(client)) return 'other';
    names.add(client);
    return client;
  }

  #write(): Promise<void> {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
    this.#writing ??= this.#writeRows()
      .catch((error: unknown) => {
        // The health gate logs once that the database is unavailable.
        if (!isDatabaseUnavailable(error)) this.#logger.warn({ err: error }, 'Could not write the use of legacy paths');
        if (!this.#isClosed) this.#cancelNext ??= this.#clock.setTimeout(() => void this.#write(), MINUTE_MS);
      })
      .finally(() => {
        this.#writing = undefined;
      });
    return this.#writing;
  }

  async #writeRows(): Promise<void> {
    const rows = [...this.#rows.values()].filter(({ count, written }) => count !== written);
    for (let first = 0; first < rows.length; first += MAX_ROWS) {
      const counts = rows.slice(first, first + MAX_ROWS).map((row) => ({ row, count: row.count }));
      const values = counts.map(
        ({ count, row: { client, day, path } }) =>
          Prisma.sql`(${new Date(day)}::date, ${path}, ${client}, ${this.#writer}, ${count}::integer)`,
      );
      // oxlint-disable-next-line no-await-in-loop -- one statement after the other
      await this.#client.$executeRaw`
        INSERT INTO ${table('LegacyUse')} AS used (day, path, client, writer, count) VALUES ${Prisma.join(values)}
        ON CONFLICT (day, path, client, writer) DO UPDATE SET count = GREATEST(used.count, excluded.count)`;
      for (const { count, row } of counts) row.written = count;
    }
    const today = this.#today();
    for (const [key, { count, day, written }] of this.#rows) {
      if (day < today && count === written) this.#rows.delete(key);
    }
  }

  async #readOthers() {
    const day = this.#today();
    const rows = await this.#client.legacyUse.groupBy({
      by: ['path', 'client'],
      where: { day: new Date(day), writer: { not: this.#writer } },
      _sum: { count: true },
      orderBy: { _sum: { count: 'desc' } },
      take: MAX_ROWS,
    });
    return rows.map(({ _sum, client, path }) => ({ day, path, client, count: _sum.count ?? 0 }));
  }
}
