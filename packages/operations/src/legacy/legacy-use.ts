import { randomUUID } from 'node:crypto';
import { DELETED_DOMAIN } from '@plantcommunity/auth';
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
  rows: readonly LegacyRow[];
}

interface LegacyRow {
  path: string;
  /** Product and version of a client, or the id of a signed-in user. */
  client: string;
  /** Email address of the user; absent while the database is unavailable, too. */
  email?: string;
  today: number;
}

/** One call of the legacy namespace. */
export interface LegacyCall {
  /** The path as the code declares it, so that there are few of them. */
  path: string;
  /** The signed-in caller, who is counted instead of the client. */
  userId: string | undefined;
  userAgent: string | undefined;
}

/** Clients of a day that a process names; a caller can make up any number of them. */
const MAX_CLIENTS = 50;
/** Users of a day that a process names; the calls of further ones count by client. */
const MAX_USERS = 1_000;
/** Rows of a statement, and of an overview. */
const MAX_ROWS = 500;
const MAX_SHOWN = 100;

interface Count {
  readonly day: number;
  readonly path: string;
  readonly client: string;
  readonly userId: string | null;
  count: number;
}

interface Row extends Count {
  written: number;
}

/** What a sample reads: the rows of the other processes, and the addresses of all users in rows. */
interface Sample {
  others: readonly Count[];
  /** Undefined for an account that was removed. */
  emails: ReadonlyMap<string, string | undefined>;
}

/**
 * Counts the calls of each signed-in user, and of each client without one, to each legacy path in memory, and writes them at most once a minute: one row per day,
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
  readonly #sampler: Sampler<Sample>;
  /** The clients and users that were named on a day. */
  #named = { day: 0, clients: new Set<string>(), users: new Set<string>() };
  #writing: Promise<void> | undefined;
  #cancelNext: Cancel | undefined;
  #isClosed = false;

  constructor(options: { database: Pick<Database, 'client'>; sunsetAt: Date; clock: Clock; logger: Logger }) {
    this.#client = options.database.client;
    this.#sunsetAt = options.sunsetAt.getTime();
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#sampler = new Sampler(options.clock, MINUTE_MS, () => this.#sample());
  }

  record({ path, userAgent, userId }: LegacyCall): void {
    const day = this.#today();
    const user = this.#namedUser(day, userId);
    const client = user ?? this.#namedClient(clientNameOf(userAgent));
    const key = `${day} ${path} ${client}`;
    const row = this.#rows.get(key) ?? { day, path, client, userId: user ?? null, count: 0, written: 0 };
    row.count += 1;
    this.#rows.set(key, row);
    if (!this.#isClosed) this.#cancelNext ??= this.#clock.setTimeout(() => void this.#write(), MINUTE_MS);
  }

  /**
   * Returns the calls of today on all instances: those of the others as of the last minute. The calls of a removed account
   * are missing after a minute at most. Never rejects.
   */
  async read(): Promise<LegacyOverview> {
    const day = this.#today();
    const { emails, others }: Sample = (await this.#sampler.read()) ?? { others: [], emails: new Map() };
    const sums = new Map<string, LegacyRow>();
    for (const { client, count, path, userId } of [...others, ...this.#rows.values()].filter(
      (row) => row.day === day,
    )) {
      const email = userId === null ? undefined : emails.get(userId);
      if (userId !== null && email === undefined && emails.has(userId)) continue;
      const key = `${path} ${client}`;
      const today = (sums.get(key)?.today ?? 0) + count;
      sums.set(key, { path, client, ...(email !== undefined && { email }), today });
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

  #namedUser(day: number, userId: string | undefined): string | undefined {
    if (this.#named.day !== day) this.#named = { day, clients: new Set(), users: new Set() };
    const { users } = this.#named;
    if (userId === undefined || (users.size >= MAX_USERS && !users.has(userId))) return undefined;
    users.add(userId);
    return userId;
  }

  #namedClient(client: string): string {
    const { clients } = this.#named;
    if (clients.size >= MAX_CLIENTS && !clients.has(client)) return 'other';
    clients.add(client);
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
    const rows = [...this.#rows].filter(([, { count, written }]) => count !== written);
    for (let first = 0; first < rows.length; first += MAX_ROWS) {
      const counts = rows.slice(first, first + MAX_ROWS).map(([key, row]) => ({ key, row, count: row.count }));
      const values = counts.map(
        ({ count, row: { client, day, path, userId } }) =>
          Prisma.sql`(${new Date(day)}::date, ${path}, ${client}, ${count}::integer, ${userId})`,
      );
      // oxlint-disable-next-line no-await-in-loop -- one statement after the other
      const written = await this.#client.$queryRaw<{ client: string }[]>`
        INSERT INTO ${table('LegacyUse')} AS used (day, path, client, writer, count, "userId")
        SELECT seen.day, seen.path, seen.client, ${this.#writer}, seen.count, seen.user_id
        FROM (VALUES ${Prisma.join(values)}) AS seen (day, path, client, count, user_id)
        WHERE seen.user_id IS NULL OR EXISTS (
          SELECT FROM ${table('User')} WHERE id = seen.user_id AND email NOT LIKE ${`%${DELETED_DOMAIN}`})
        ON CONFLICT (day, path, client, writer) DO UPDATE SET count = GREATEST(used.count, excluded.count)
        RETURNING used.client`;
      const clients = new Set(written.map(({ client }) => client));
      for (const { count, key, row } of counts) {
        if (clients.has(row.client)) row.written = count;
        // The account was removed, and its calls are forgotten.
        else this.#rows.delete(key);
      }
    }
    const today = this.#today();
    for (const [key, { count, day, written }] of this.#rows) {
      if (day < today && count === written) this.#rows.delete(key);
    }
  }

  async #sample(): Promise<Sample> {
    const day = this.#today();
    const rows = await this.#client.legacyUse.groupBy({
      by: ['path', 'client', 'userId'],
      where: { day: new Date(day), writer: { not: this.#writer } },
      _sum: { count: true },
      orderBy: { _sum: { count: 'desc' } },
      take: MAX_ROWS,
    });
    const others = rows.map(({ _sum, ...row }) => ({ ...row, day, count: _sum.count ?? 0 }));
    const ids = [...others, ...this.#rows.values()].flatMap(({ userId }) => userId ?? []);
    const accounts = await this.#client.user.findMany({
      where: { id: { in: [...new Set(ids)] }, NOT: { email: { endsWith: DELETED_DOMAIN } } },
      select: { id: true, email: true },
    });
    const known = new Map(accounts.map(({ email, id }) => [id, email]));
    return { others, emails: new Map(ids.map((id) => [id, known.get(id)])) };
  }
}
