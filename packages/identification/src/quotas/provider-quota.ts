import { randomUUID } from 'node:crypto';
import type { Cancel, Clock, Leases, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { type Provider, ProviderError } from '../provider.ts';
import { Alone } from './alone.ts';
import { ASK_AGAIN_MS, Asker } from './asker.ts';
import { type CallVerdict, callVerdict } from './call-verdict.ts';
import { certainWord } from './certain-word.ts';
import { type Counter, exhausted, resetOf } from './counter.ts';
import { usualCredits } from './credits.ts';
import { LastSeen } from './last-seen.ts';
import { Owed } from './owed.ts';
import type { Meter, Quota, QuotaLimits } from './quota.ts';
import { QuotaExhaustedError } from './quota-exhausted.ts';
import { QuotaLog } from './quota-log.ts';
import type { Claim, QuotaStore, Standing } from './quota-store.ts';
import type { QuotaWord } from './quota-word.ts';
import type { UsePerDay } from './use-per-day.ts';

/** How often a process that is not asked for anything looks what the others have spent. */
const LOOK_EVERY_MS = 30_000;
/** How often at most it looks whether there is anything again, when it is asked for something. */
const LOOK_AGAIN_MS = 1_000;
/** Out of credits without a word on when they come back: asked again after this. */
const REFUSED_MS = 60_000;
/** Of a key that may not be used, though its numbers say nothing of it: until it is asked again, and a little. */
const NOT_USABLE_MS = 2 * ASK_AGAIN_MS;
/** A start waits so long for the provider's word, and a reservation for the database. */
const START_PATIENCE_MS = 2_000;
const ROWS_PATIENCE_MS = 1_000;
/** A call is over for certain so long after its own time limit. */
const OVERTIME_MS = 60_000;
/** Each try loses to a word that was taken over in between: with so many, Redis is of no help. */
const TRIES = 10;

export interface ProviderQuotaOptions {
  provider: Pick<Provider, 'name' | 'usage'>;
  limits: QuotaLimits;
  /** Of one call. */
  timeoutMs: number;
  store: QuotaStore;
  leases: Leases;
  redis: Pick<RedisConnection, 'isReady' | 'subscribe'>;
  usePerDay: UsePerDay;
  clock: Clock;
  logger: Logger;
  closing: AbortSignal;
}

/** `standing`: of the moment after it was reserved; undefined: alone, without Redis. */
interface Reservation {
  readonly claim: Claim;
  readonly standing: Standing | undefined;
}

/**
 * Redis decides: a call is reserved there in all its periods at once, and settled when it ends. What this process has
 * seen last only refuses; without Redis it also lets a little through, which is owed to Redis until it is back.
 */
export class ProviderQuota implements Quota {
  readonly #options: ProviderQuotaOptions;
  readonly #seen: LastSeen;
  readonly #alone = new Alone();
  readonly #owed: Owed;
  readonly #asker: Asker;
  readonly #log: QuotaLog;
  readonly #stop: Unsubscribe;
  #cancelLook: Cancel = () => undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #started = false;
  #closed = false;

  constructor(options: ProviderQuotaOptions) {
    const { limits, logger, provider, redis, store } = options;
    this.#options = options;
    this.#seen = new LastSeen(limits);
    this.#owed = new Owed({ store, alone: this.#alone, clock: options.clock });
    this.#log = new QuotaLog(provider.name, logger, (period) => store.warns(period));
    this.#asker = new Asker({
      ...options,
      look: async (at) => this.#see(await store.look(at)),
      hear: (word, asked) => this.#hear(word, asked),
    });
    this.#stop = redis.subscribe(({ type }) => {
      if (type === 'ready') void this.#back();
    });
  }

  refusal(credits: number): { retryAfterMs?: number } | undefined {
    const now = this.#options.clock.now();
    if (this.#seen.refusesUntil > now) return { retryAfterMs: this.#seen.refusesUntil - now };
    const counters = this.#seen.counters(now);
    const full = exhausted(counters, credits);
    if (full.length > 0) {
      // Another process may have given something back.
      this.#lookAgain();
      return { retryAfterMs: untilReset(full, now) };
    }
    // What may be spent without Redis comes back with Redis, and nobody knows when.
    const isUp = this.#options.redis.isReady();
    return isUp || this.#alone.exhausted(counters, credits).length === 0 ? undefined : {};
  }

  counters(): readonly Counter[] {
    const counters = this.#seen.counters(this.#options.clock.now());
    return counters.map((counter) => ({ ...counter, used: counter.used + this.#alone.spentIn(counter.period) }));
  }

  async run<T>(credits: number, work: (meter: Meter) => Promise<T>): Promise<T> {
    const reservation = await this.#reserve(credits);
    let isFree = false;
    let said: QuotaWord | undefined;
    const meter: Meter = {
      free: () => void (isFree = true),
      says: (word) => void (said = word),
    };
    try {
      const value = await work(meter);
      // Nobody who waits for the answer waits for this.
      void this.#settle(reservation, isFree ? 'given_back' : 'counted').then(() => this.#overhear(said, reservation));
      return value;
    } catch (error) {
      const { name } = this.#options.provider;
      await this.#settle(reservation, isFree ? 'given_back' : callVerdict(name, error));
      if (error instanceof ProviderError && error.kind === 'quota') await this.#refused(error.retryAfterMs);
      throw error;
    }
  }

  async start(): Promise<void> {
    const { clock, redis } = this.#options;
    this.#started = true;
    this.#lookLater();
    const patience = Promise.withResolvers<void>();
    const cancel = clock.setTimeout(patience.resolve, START_PATIENCE_MS);
    if (!redis.isReady()) this.#seen.assume(await this.#rows(), clock.now());
    // Another process that has just started has asked for us too.
    await Promise.race([this.#asker.ask(clock.now() - REFUSED_MS), patience.promise]);
    cancel();
  }

  close(): void {
    this.#closed = true;
    this.#cancelLook();
    this.#stop();
  }

  async #reserve(credits: number): Promise<Reservation> {
    const { clock, logger, provider, redis } = this.#options;
    const claim = { id: randomUUID(), credits, at: clock.now() };
    if (redis.isReady()) {
      try {
        const standing = await this.#reserveShared(claim);
        if (standing !== undefined) return { claim, standing };
      } catch (error) {
        if (error instanceof QuotaExhaustedError) throw error;
        logger.warn({ provider: provider.name, error }, '[QUOTA] Redis does not count: going on alone');
      }
    }
    const refused =
      this.#seen.refusesUntil > claim.at || this.#alone.exhausted(this.#seen.counters(claim.at), credits).length > 0;
    if (refused) throw this.#exhausted(credits);
    this.#alone.add(claim.at, credits);
    return { claim, standing: undefined };
  }

  /** @returns undefined when Redis cannot make up its mind */
  async #reserveShared(claim: Claim): Promise<Standing | undefined> {
    const { store, timeoutMs } = this.#options;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const limits = this.#seen.counters(claim.at).map(({ limit }) => limit);
      const overAt = claim.at + timeoutMs + OVERTIME_MS;
      const { got, standing } = await store.reserve(claim, { word: this.#seen.word, limits, overAt });
      this.#see(standing);
      switch (got) {
        case 'taken':
          return standing;
        case 'refused':
          throw this.#exhausted(claim.credits);
        case 'not_begun':
          await this.#begin();
          break;
        case 'another_word':
          break;
      }
    }
    return undefined;
  }

  /** A period that has begun, or whose counter Redis has lost: what is in the database, or was seen here, is used. */
  async #begin(): Promise<void> {
    const { clock, store } = this.#options;
    const now = clock.now();
    const { isLost } = this.#seen;
    const settled = this.#seen.settled(now);
    const rows: Readonly<Record<string, number>> = await this.#rows();
    const used = this.#seen
      .counters(now)
      .map(({ period }, index) => Math.max(settled[index] ?? 0, rows[period.window] ?? 0));
    this.#see(await store.begin(now, used));
    if (isLost && this.#started) void this.#asker.ask(0);
  }

  /** What is in the database, if it says so in time. */
  async #rows(): Promise<Readonly<Record<string, number>>> {
    const { clock, provider, usePerDay } = this.#options;
    const patience = Promise.withResolvers<Readonly<Record<string, number>>>();
    const cancel = clock.setTimeout(() => patience.resolve({}), ROWS_PATIENCE_MS);
    try {
      return await Promise.race([usePerDay.read(provider.name, clock.now()), patience.promise]);
    } catch {
      return {};
    } finally {
      cancel();
    }
  }

  async #settle({ claim, standing }: Reservation, verdict: CallVerdict): Promise<void> {
    const { provider, usePerDay } = this.#options;
    const isAlone = standing === undefined;
    if (verdict !== 'given_back') usePerDay.add(provider.name, claim.at, claim.credits);
    else if (isAlone) this.#alone.add(claim.at, -claim.credits);
    const settled = await this.#owed.settle({ claim, verdict, isAlone });
    if (settled !== undefined) this.#see(settled);
  }

  /** The provider says that nothing is left, whatever we have counted. */
  async #refused(retryAfterMs: number | undefined): Promise<void> {
    const { clock, store } = this.#options;
    const now = clock.now();
    const until = now + (retryAfterMs ?? REFUSED_MS);
    this.#seen.refusesUntil = Math.max(this.#seen.refusesUntil, until);
    try {
      this.#see(await store.refused(now, until));
    } catch {
      // This process knows.
    }
    if (this.#started) void this.#asker.ask(now);
  }

  async #hear(word: QuotaWord, asked: { at: number; standing: Standing | undefined }): Promise<void> {
    const { clock, store } = this.#options;
    const now = clock.now();
    const certain = certainWord(word, asked.at, now);
    const refusesUntil = word.exhausted ? now + NOT_USABLE_MS : 0;
    if (asked.standing === undefined) return this.#seen.hear(certain, asked.at, refusesUntil);
    const { at, standing } = asked;
    const corrected = await store.correct(certain, { at, standing, inPassing: false }, { now, refusesUntil });
    if (corrected !== undefined) this.#see(corrected);
  }

  /** What an answer tells in passing is only passed on when it is news. */
  async #overhear(said: QuotaWord | undefined, { claim, standing }: Reservation): Promise<void> {
    if (said === undefined || standing === undefined) return;
    const { clock, logger, provider, store } = this.#options;
    const now = clock.now();
    const certain = certainWord(said, claim.at, now);
    if (!this.#seen.isNews(certain, now)) return;
    // It has counted this call.
    const before = { ...standing, out: standing.out - claim.credits };
    const asked = { at: claim.at, standing: before, inPassing: true };
    try {
      const corrected = await store.correct(certain, asked, { now, refusesUntil: 0 });
      if (corrected !== undefined) this.#see(corrected);
    } catch (error) {
      logger.debug({ provider: provider.name, error }, '[QUOTA] What was said in passing is lost');
    }
  }

  #see(standing: Standing): Standing {
    this.#seen.update(standing);
    this.#log.look(this.#seen.counters(this.#options.clock.now()), this.#out());
    return standing;
  }

  /** Without room for what people mostly ask for. */
  #out(): readonly Counter[] {
    const { clock, provider } = this.#options;
    return exhausted(this.#seen.counters(clock.now()), usualCredits(provider.name));
  }

  #exhausted(credits: number): QuotaExhaustedError {
    return new QuotaExhaustedError(this.#options.provider.name, this.refusal(credits)?.retryAfterMs);
  }

  async #look(): Promise<void> {
    const { clock, store } = this.#options;
    this.#lookedAt = clock.monotonic();
    try {
      this.#see(await store.look(clock.now()));
    } catch {
      // What was seen last holds.
    }
  }

  #lookAgain(): void {
    const { clock, redis } = this.#options;
    if (redis.isReady() && clock.monotonic() - this.#lookedAt >= LOOK_AGAIN_MS) void this.#look();
  }

  #lookLater(): void {
    if (this.#closed) return;
    this.#cancelLook = this.#options.clock.setTimeout(() => void this.#follow(), LOOK_EVERY_MS);
  }

  async #follow(): Promise<void> {
    await this.#look();
    const { askedAt, refusesUntil } = this.#seen;
    const isOut = this.#out().length > 0 || refusesUntil > this.#options.clock.now();
    this.#lookLater();
    await this.#asker.askWhenDue({ askedAt, isOut });
  }

  /** Redis is back, perhaps without what it knew. */
  async #back(): Promise<void> {
    await this.#owed.pay();
    if (!this.#started) return;
    await this.#look();
    await this.#asker.ask(this.#options.clock.now() - REFUSED_MS);
  }
}

function untilReset(counters: readonly Counter[], now: number): number {
  const at = resetOf(counters) ?? now;
  return at === Number.POSITIVE_INFINITY ? ASK_AGAIN_MS : Math.max(0, at - now);
}
