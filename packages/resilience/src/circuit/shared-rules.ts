import { nameOwner } from '../lease/owner.ts';
import type { Unsubscribe } from '../listeners.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { RedisUnavailableError } from '../redis/redis-unavailable.ts';
import type { CircuitOptions, OrderReach } from './circuit.ts';
import { CircuitStore } from './circuit-store.ts';
import { Hearing } from './hearing.ts';
import { HeldPermits } from './held-permits.ts';
import { LocalRules } from './local-rules.ts';
import type { Noted, Order, Pass, Result, Rules, RulesObserver } from './rules.ts';
import { type Knowledge, type SharedStanding, weightOf } from './shared-standing.ts';
import { firstStanding, type Standing } from './standing.ts';

/** Over REST: a closed circuit may be a little late to hear that others have opened it. */
const PATIENCE_CLOSED_MS = 30_000;
const PATIENCE_MS = 2000;

/** What one process decided without Redis, and where it began. */
interface Alone {
  readonly rules: LocalRules;
  readonly from: Standing;
}

/**
 * Redis decides for all processes: it counts failures, hands out trial permits and changes the state, each in one
 * script. Every process mirrors what is decided, so that it asks only to report a failure, a success after failures or
 * a trial. While Redis is away a process goes on alone from its mirror; then they meet again.
 */
export class SharedRules implements Rules {
  readonly #options: CircuitOptions;
  readonly #observer: RulesObserver;
  readonly #redis: RedisConnection;
  readonly #store: CircuitStore;
  readonly #hearing: Hearing;
  readonly #permits: HeldPermits = new HeldPermits();
  readonly #unwatch: Unsubscribe;
  readonly #first: Standing;
  readonly #begun: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #shared: SharedStanding | undefined;
  #pass: Pass = { generation: 0 };
  #alone: Alone | undefined;
  #asking = 0;
  #syncs: Promise<void> = Promise.resolve();
  /** The knowledge at the time of `close()`; undefined before. */
  #closed: Knowledge | undefined;

  constructor(options: CircuitOptions, redis: RedisConnection, prefix: string, observer: RulesObserver) {
    this.#options = options;
    this.#observer = observer;
    this.#redis = redis;
    this.#store = new CircuitStore(redis, prefix, options);
    this.#first = firstStanding(options);
    this.#hearing = new Hearing({
      redis,
      channel: this.#store.channel,
      clock: options.clock,
      hear: (message) => this.#hear(message),
      look: () => this.#sync(),
      patienceMs: () => (this.standing.state === 'closed' && !this.#alone ? PATIENCE_CLOSED_MS : PATIENCE_MS),
      mustLook: () => this.#alone !== undefined,
    });
    this.#unwatch = redis.subscribe(({ type }) => {
      if (type === 'lost') this.#goAlone();
    });
  }

  get standing(): Standing {
    return this.#alone?.rules.standing ?? this.#shared?.standing ?? this.#first;
  }

  admits(): boolean {
    if (this.#alone) return this.#alone.rules.admits();
    if (!this.#shared) return true;
    const { standing, running, freesAt } = this.#shared;
    if (standing.state === 'closed') return true;
    const now = this.#options.clock.monotonic();
    const taken = standing.state === 'half_open' && now < freesAt ? running : 0;
    return now >= standing.restsUntil && this.#asking + taken < this.#options.trialPermits;
  }

  ask(): Pass | undefined | Promise<Pass | undefined> {
    if (this.#alone) return this.#alone.rules.ask();
    if (!this.#shared) return this.#begun.promise.then(() => this.ask());
    if (this.#shared.standing.state === 'closed') return this.#pass;
    return this.admits() ? this.#enter() : undefined;
  }

  isRoutine(pass: Pass): boolean {
    if (this.#alone) return this.#alone.rules.isRoutine(pass);
    return pass.trial === undefined && this.standing.failCount === 0;
  }

  async note(pass: Pass, result: Result, told: (noted: Noted) => void): Promise<void> {
    // Redis may be back just now.
    if (this.#alone) await this.#syncs;
    if (!this.#alone && this.#isNews(pass, result)) {
      try {
        const { counted, shared } = await this.#tell(pass, result);
        const { failCount, successes } = shared.standing;
        const isTrial = counted && pass.trial !== undefined && result.outcome === 'success';
        told({ failCount, successes: isTrial ? successes : 0 });
        return this.#learn(shared);
      } catch (error) {
        this.#fail(error);
      }
    }
    if (this.#alone) {
      this.#permits.end(pass, result);
      if (this.#closed) this.#tellAfterClose(this.#closed);
      return this.#alone.rules.note(pass, result, told);
    }
    told({ failCount: this.standing.failCount, successes: 0 });
  }

  async give(order: Order): Promise<OrderReach> {
    if (await this.giveAll(order)) return 'all';
    await this.#alone?.rules.give(order);
    return 'here';
  }

  async giveAll(order: Order): Promise<boolean> {
    if (!this.#alone) await this.#begun.promise;
    await this.#syncs;
    if (this.#alone) return false;
    try {
      this.#learn(await this.#store.give(this.#known(), order));
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  refresh(): Promise<void> {
    return this.#alone ? this.#alone.rules.refresh() : this.#sync();
  }

  close(): void {
    const known = this.#known();
    this.#closed = known;
    this.#unwatch();
    this.#hearing.close();
    this.#goAlone();
    this.#tellAfterClose(known);
  }

  async #enter(): Promise<Pass | undefined> {
    const trial = nameOwner(this.#options.name);
    this.#asking += 1;
    this.#permits.hold(trial);
    try {
      const { admitted, lapsed, shared } = await this.#store.enter(this.#known(), trial);
      for (let permit = 0; permit < lapsed; permit += 1) this.#observer.trialAbandoned();
      this.#learn(shared);
      const { generation } = shared.standing;
      if (admitted === 'trial') return { generation, trial };
      this.#permits.drop(trial);
      return admitted === 'call' ? { generation } : undefined;
    } catch (error) {
      this.#permits.waste(trial);
      if (this.#closed) this.#tellAfterClose(this.#closed);
      return this.#fail(error).rules.ask();
    } finally {
      this.#asking -= 1;
    }
  }

  /**
   * Reports ended trials after `close()`, which stops the regular sync with Redis. Reports nothing while Redis is
   * unavailable: the permits expire at their deadlines.
   */
  #tellAfterClose(known: Knowledge): void {
    if (!this.#redis.isReady()) return;
    for (const { pass, result } of this.#permits.untold()) {
      this.#permits.drop(pass.trial);
      this.#store.note(known, pass, result).catch((error: unknown) => this.#fail(error));
    }
  }

  async #tell(pass: Pass, result: Result): ReturnType<CircuitStore['note']> {
    const told = await this.#store.note(this.#known(), pass, result);
    if (pass.trial !== undefined) this.#permits.drop(pass.trial);
    return told;
  }

  /** Whether Redis may care; what began before the last change of state it would not count. */
  #isNews({ generation, trial }: Pass, { outcome }: Result): boolean {
    if (trial !== undefined) return true;
    const { standing } = this;
    const changes = outcome === 'failure' || (outcome === 'success' && standing.failCount > 0);
    return changes && generation === standing.generation;
  }

  #known(): Knowledge {
    const { standing } = this;
    const { revision, born } = this.#shared ?? { revision: 0, born: '' };
    const { from } = this.#alone ?? { from: standing };
    return { standing, revision, born, alone: from !== standing, moved: from.generation !== standing.generation };
  }

  #hear(message: unknown): void {
    let shared: SharedStanding;
    try {
      shared = this.#store.read(message);
    } catch {
      // Somebody else speaks on this channel.
      return;
    }
    // What our own calls did their answers tell.
    if (shared.author === this.#store.author) return;
    // A sync in flight may have read an older state than this message: messages arrive on a connection of their own.
    if (this.#alone) void this.#sync();
    else this.#learn(shared);
  }

  #learn(shared: SharedStanding): void {
    const before = this.#shared;
    if (this.#closed || this.#alone) return;
    if (before) {
      const isNews = shared.revision > before.revision;
      const isNoBetter = weightOf(shared.standing) >= weightOf(before.standing);
      // Redis lost its data and began anew without us: what we know is put back.
      if (shared.born !== before.born && !(isNews && isNoBetter)) return void this.#sync();
      if (!isNews) return;
    }
    this.#take(shared, before?.standing ?? this.#first);
  }

  #take(shared: SharedStanding, before: Standing): void {
    this.#alone = undefined;
    const isKnown = this.#shared !== undefined;
    this.#shared = shared;
    this.#pass = { generation: shared.standing.generation };
    this.#begun.resolve();
    this.#hearing.lookSoon();
    // That it was closed, and how, before this process began is no news.
    if (isKnown || before !== this.#first || shared.standing.state !== 'closed') {
      this.#observer.moved(before, shared.standing);
    }
  }

  /** One after another; never rejects. */
  #sync(): Promise<void> {
    this.#syncs = this.#syncs.then(() => this.#meet());
    return this.#syncs;
  }

  async #meet(): Promise<void> {
    if (this.#closed) return;
    try {
      const shared = await this.#store.sync(this.#known());
      if (this.#closed) return;
      const { revision, born } = this.#shared ?? { revision: 0, born: '' };
      const isNews = shared.revision > revision || shared.born !== born;
      if (this.#alone ? this.#redis.isReady() : isNews) this.#take(shared, this.standing);
      for (const { pass, result } of this.#permits.untold()) {
        if (!this.#alone) this.#learn((await this.#tell(pass, result)).shared);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A Redis that does not answer is told of by its connection. */
  #fail(error: unknown): Alone {
    if (!this.#alone && !(error instanceof RedisUnavailableError)) this.#observer.redisFailed(error);
    return this.#goAlone();
  }

  #goAlone(): Alone {
    if (this.#alone) return this.#alone;
    const from = this.standing;
    this.#alone = { from, rules: new LocalRules(this.#options, from, this.#observer) };
    this.#begun.resolve();
    this.#hearing.lookSoon();
    return this.#alone;
  }
}
