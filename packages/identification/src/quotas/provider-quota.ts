import { randomUUID } from 'node:crypto';
import { type Clock, type Leases, type RedisConnection, RedisUnavailableError } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { type Provider, ProviderError } from '../provider.ts';
import { Alone } from './alone.ts';
import { Asker } from './asker.ts';
import { type CallVerdict, callVerdict } from './call-verdict.ts';
import type { Counter } from './counter.ts';
import { Owed } from './owed.ts';
import type { Meter, Quota, QuotaLimits } from './quota.ts';
import { QuotaExhaustedError } from './quota-exhausted.ts';
import type { Claim, QuotaStore, Standing } from './quota-store.ts';
import { QuotaView } from './quota-view.ts';
import type { QuotaWord } from './quota-word.ts';
import { recentUse } from './recent-use.ts';
import type { UsePerDay } from './use-per-day.ts';
import { Watch } from './watch.ts';
import { Words } from './words.ts';

/** A call is over for certain so long after its own time limit. */
const OVERTIME_MS = 60_000;
/** Each try loses to a word that was taken over in between: after so many, Redis is of no help. */
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
  /** Aborts when the process ends. */
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
  readonly #view: QuotaView;
  readonly #alone = new Alone();
  readonly #owed: Owed;
  readonly #words: Words;
  readonly #watch: Watch;

  constructor(options: ProviderQuotaOptions) {
    const { clock, provider, store } = options;
    this.#options = options;
    this.#view = new QuotaView({ ...options, alone: this.#alone, provider: provider.name });
    this.#owed = new Owed({ store, alone: this.#alone, clock });
    this.#words = new Words({ ...options, provider: provider.name, view: this.#view });
    const asker = new Asker({
      ...options,
      look: async (at) => this.#view.see(await store.look(at)),
      hear: (word, asked) => this.#words.hear(word, asked),
    });
    this.#watch = new Watch({ ...options, asker, view: this.#view, owed: this.#owed });
  }

  refusal(credits: number): { retryAfterMs?: number } | undefined {
    const retryAfterMs = this.#view.untilAgain(credits);
    if (retryAfterMs !== undefined) {
      this.#watch.lookAgain();
      return { retryAfterMs };
    }
    // What may be spent without Redis comes back with Redis, and nobody knows when.
    return this.#options.redis.isReady() || this.#view.mayGoAlone(credits) ? undefined : {};
  }

  counters(): readonly Counter[] {
    return this.#view.counters();
  }

  async run<T>(credits: number, work: (meter: Meter) => Promise<T>): Promise<T> {
    const reservation = await this.#reserve(credits);
    let isFree = false;
    let said: QuotaWord | undefined;
    const meter: Meter = {
      free: () => void (isFree = true),
      says: (word) => void (said = word),
    };
    const end = async (verdict: CallVerdict) => {
      await this.#settle(reservation, isFree ? 'given_back' : verdict);
      const { claim, standing } = reservation;
      if (said !== undefined && standing !== undefined) await this.#words.overhear(said, { claim, standing });
    };
    try {
      const value = await work(meter);
      // Whoever waits for the answer does not wait for this.
      void end('counted');
      return value;
    } catch (error) {
      await end(callVerdict(this.#options.provider.name, error));
      if (error instanceof ProviderError && error.kind === 'quota') {
        await this.#words.refused(error);
        this.#watch.askAnew();
      }
      throw error;
    }
  }

  async start(): Promise<void> {
    const { clock, redis } = this.#options;
    // What Redis would have told.
    if (!redis.isReady()) this.#view.seen.assume(await recentUse(this.#options), clock.now());
    await this.#watch.start();
  }

  close(): void {
    this.#watch.close();
  }

  async #reserve(credits: number): Promise<Reservation> {
    const { clock, logger, provider, redis } = this.#options;
    const claim = { id: randomUUID(), credits, at: clock.now() };
    let mayBeTaken = false;
    if (redis.isReady()) {
      try {
        const standing = await this.#reserveShared(claim);
        if (standing !== undefined) return { claim, standing };
      } catch (error) {
        if (error instanceof QuotaExhaustedError) throw error;
        mayBeTaken = !(error instanceof RedisUnavailableError) || error.wasSent;
        logger.warn({ provider: provider.name, error }, '[QUOTA] Redis does not count: going on alone');
      }
    }
    if (this.#view.untilAgain(credits) !== undefined || !this.#view.mayGoAlone(credits)) {
      if (mayBeTaken) this.#owed.owe({ claim, verdict: 'given_back', isAlone: true });
      throw this.#exhausted(credits);
    }
    this.#alone.add(claim.at, credits);
    return { claim, standing: undefined };
  }

  /** @returns undefined when Redis cannot make up its mind */
  async #reserveShared(claim: Claim): Promise<Standing | undefined> {
    const { store, timeoutMs } = this.#options;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const limits = this.#view.seen.counters(claim.at).map(({ limit }) => limit);
      const overAt = claim.at + timeoutMs + OVERTIME_MS;
      const { got, standing } = await store.reserve(claim, { word: this.#view.seen.word, limits, overAt });
      this.#view.see(standing);
      switch (got) {
        case 'taken':
          return standing;
        case 'refused':
          throw this.#exhausted(claim.credits);
        case 'not_begun':
          await this.#begin(claim.at);
          break;
        case 'another_word':
          break;
      }
    }
    return undefined;
  }

  /**
   * Begins the counters of the periods of `at` that Redis does not have, and of which the provider has not told. Where
   * it has lost them, they begin with what is in the database or was seen here: calls that are out add themselves when
   * they end.
   */
  async #begin(at: number): Promise<void> {
    const { seen } = this.#view;
    const { isLost } = seen;
    const settled = seen.settled(at);
    const rows = await recentUse(this.#options);
    const used = seen.counters(at).map(({ period }, index) => Math.max(settled[index] ?? 0, rows[period.window] ?? 0));
    this.#view.see(await this.#options.store.begin(at, used));
    if (isLost) this.#watch.askAnew();
  }

  async #settle({ claim, standing }: Reservation, verdict: CallVerdict): Promise<void> {
    const { provider, usePerDay } = this.#options;
    const isAlone = standing === undefined;
    if (verdict !== 'given_back') usePerDay.add(provider.name, claim.at, claim.credits);
    else if (isAlone) this.#alone.add(claim.at, -claim.credits);
    const settled = await this.#owed.settle({ claim, verdict, isAlone });
    if (settled !== undefined) this.#view.see(settled);
  }

  #exhausted(credits: number): QuotaExhaustedError {
    return new QuotaExhaustedError(this.#options.provider.name, this.refusal(credits)?.retryAfterMs);
  }
}
