import type { Unsubscribe } from '../listeners.ts';
import { createOwnerId } from '../owner-id.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import type { RedisConnection } from '../redis/types.ts';
import { LocalStateMachine } from './local-state-machine.ts';
import { PendingTrials } from './pending-trials.ts';
import { RedisCircuitStore } from './redis-store.ts';
import type { CallResult, CircuitStateMachine, Override, Permit, Recorded, StateMachineObserver } from './rules.ts';
import { type KnownState, type RemoteState, severityOf } from './shared-standing.ts';
import { type CircuitState, initialState } from './state.ts';
import { StateSync } from './state-sync.ts';
import type { CircuitOptions, OverrideScope } from './types.ts';

/** Over REST: a closed circuit may be a little late to hear that others have opened it. */
const PATIENCE_CLOSED_MS = 30_000;
const PATIENCE_MS = 2000;

/** What one process decided without Redis, and where it began. */
interface Alone {
  readonly rules: LocalStateMachine;
  readonly from: CircuitState;
}

/**
 * Redis decides for all processes: it counts failures, hands out trial permits and changes the state, each in one
 * script. Every process mirrors what is decided, so that it asks only to report a failure, a success after failures or
 * a trial. While Redis is away a process goes on alone from its mirror; then they meet again.
 */
export class RedisStateMachine implements CircuitStateMachine {
  readonly #options: CircuitOptions;
  readonly #observer: StateMachineObserver;
  readonly #redis: RedisConnection;
  readonly #store: RedisCircuitStore;
  readonly #hearing: StateSync;
  readonly #permits: PendingTrials = new PendingTrials();
  readonly #unwatch: Unsubscribe;
  readonly #first: CircuitState;
  readonly #begun: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #shared: RemoteState | undefined;
  #pass: Permit = { generation: 0 };
  #alone: Alone | undefined;
  #asking = 0;
  #syncs: Promise<void> = Promise.resolve();
  /** The knowledge at the time of `close()`; undefined before. */
  #closed: KnownState | undefined;

  constructor(options: CircuitOptions, redis: RedisConnection, prefix: string, observer: StateMachineObserver) {
    this.#options = options;
    this.#observer = observer;
    this.#redis = redis;
    this.#store = new RedisCircuitStore(redis, prefix, options);
    this.#first = initialState(options);
    this.#hearing = new StateSync({
      redis,
      channel: this.#store.channel,
      clock: options.clock,
      onMessage: (message) => this.#hear(message),
      poll: () => this.#sync(),
      maxStalenessMs: () => (this.state.status === 'closed' && !this.#alone ? PATIENCE_CLOSED_MS : PATIENCE_MS),
      mustPoll: () => this.#alone !== undefined,
    });
    this.#unwatch = redis.subscribe(({ type }) => {
      if (type === 'lost') this.#goAlone();
    });
  }

  get state(): CircuitState {
    return this.#alone?.rules.state ?? this.#shared?.state ?? this.#first;
  }

  admits(): boolean {
    if (this.#alone) return this.#alone.rules.admits();
    if (!this.#shared) return true;
    const { state: standing, runningTrials: running, nextPermitAt: freesAt } = this.#shared;
    if (standing.status === 'closed') return true;
    const now = this.#options.clock.monotonic();
    const taken = standing.status === 'half_open' && now < freesAt ? running : 0;
    return now >= standing.retryAt && this.#asking + taken < this.#options.trialPermits;
  }

  tryAcquire(): Permit | undefined | Promise<Permit | undefined> {
    if (this.#alone) return this.#alone.rules.tryAcquire();
    if (!this.#shared) return this.#begun.promise.then(() => this.tryAcquire());
    if (this.#shared.state.status === 'closed') return this.#pass;
    return this.admits() ? this.#enter() : undefined;
  }

  isNoop(pass: Permit): boolean {
    if (this.#alone) return this.#alone.rules.isNoop(pass);
    return pass.trial === undefined && this.state.failCount === 0;
  }

  async record(pass: Permit, result: CallResult, told: (noted: Recorded) => void): Promise<void> {
    // Redis may be back just now.
    if (this.#alone) await this.#syncs;
    if (!this.#alone && this.#isNews(pass, result)) {
      try {
        const { counted, shared } = await this.#tell(pass, result);
        const { failCount, successes } = shared.state;
        const isTrial = counted && pass.trial !== undefined && result.outcome === 'success';
        told({ failCount, successes: isTrial ? successes : 0 });
        return this.#learn(shared);
      } catch (error) {
        this.#fail(error);
      }
    }
    if (this.#alone) {
      this.#permits.complete(pass, result);
      if (this.#closed) this.#tellAfterClose(this.#closed);
      return this.#alone.rules.record(pass, result, told);
    }
    told({ failCount: this.state.failCount, successes: 0 });
  }

  async apply(order: Override): Promise<OverrideScope> {
    if (await this.applyShared(order)) return 'shared';
    await this.#alone?.rules.apply(order);
    return 'local';
  }

  async applyShared(order: Override): Promise<boolean> {
    if (!this.#alone) await this.#begun.promise;
    await this.#syncs;
    if (this.#alone) return false;
    try {
      this.#learn(await this.#store.apply(this.#known(), order));
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

  async #enter(): Promise<Permit | undefined> {
    const trial = createOwnerId(this.#options.name);
    this.#asking += 1;
    this.#permits.add(trial);
    try {
      const { admitted, lapsed, shared } = await this.#store.acquire(this.#known(), trial);
      for (let permit = 0; permit < lapsed; permit += 1) this.#observer.onTrialAbandoned();
      this.#learn(shared);
      const { generation } = shared.state;
      if (admitted === 'trial') return { generation, trial };
      this.#permits.remove(trial);
      return admitted === 'call' ? { generation } : undefined;
    } catch (error) {
      this.#permits.abandon(trial);
      if (this.#closed) this.#tellAfterClose(this.#closed);
      return this.#fail(error).rules.tryAcquire();
    } finally {
      this.#asking -= 1;
    }
  }

  /**
   * Reports ended trials after `close()`, which stops the regular sync with Redis. Reports nothing while Redis is
   * unavailable: the permits expire at their deadlines.
   */
  #tellAfterClose(known: KnownState): void {
    if (!this.#redis.isReady()) return;
    for (const { pass, result } of this.#permits.unreported()) {
      this.#permits.remove(pass.trial);
      this.#store.record(known, pass, result).catch((error: unknown) => this.#fail(error));
    }
  }

  async #tell(pass: Permit, result: CallResult): ReturnType<RedisCircuitStore['record']> {
    const told = await this.#store.record(this.#known(), pass, result);
    if (pass.trial !== undefined) this.#permits.remove(pass.trial);
    return told;
  }

  /** Whether Redis may care; what began before the last change of state it would not count. */
  #isNews({ generation, trial }: Permit, { outcome }: CallResult): boolean {
    if (trial !== undefined) return true;
    const { state: standing } = this;
    const changes = outcome === 'failure' || (outcome === 'success' && standing.failCount > 0);
    return changes && generation === standing.generation;
  }

  #known(): KnownState {
    const { state: standing } = this;
    const { revision, epoch: born } = this.#shared ?? { revision: 0, epoch: '' };
    const { from } = this.#alone ?? { from: standing };
    return {
      state: standing,
      revision,
      epoch: born,
      alone: from !== standing,
      moved: from.generation !== standing.generation,
    };
  }

  #hear(message: unknown): void {
    let shared: RemoteState;
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

  #learn(shared: RemoteState): void {
    const before = this.#shared;
    if (this.#closed || this.#alone) return;
    if (before) {
      const isNews = shared.revision > before.revision;
      const isNoBetter = severityOf(shared.state) >= severityOf(before.state);
      // Redis lost its data and began anew without us: what we know is put back.
      if (shared.epoch !== before.epoch && !(isNews && isNoBetter)) return void this.#sync();
      if (!isNews) return;
    }
    this.#take(shared, before?.state ?? this.#first);
  }

  #take(shared: RemoteState, before: CircuitState): void {
    this.#alone = undefined;
    const isKnown = this.#shared !== undefined;
    this.#shared = shared;
    this.#pass = { generation: shared.state.generation };
    this.#begun.resolve();
    this.#hearing.pollSoon();
    // That it was closed, and how, before this process began is no news.
    if (isKnown || before !== this.#first || shared.state.status !== 'closed') {
      this.#observer.onTransition(before, shared.state);
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
      const { revision, epoch: born } = this.#shared ?? { revision: 0, epoch: '' };
      const isNews = shared.revision > revision || shared.epoch !== born;
      if (this.#alone ? this.#redis.isReady() : isNews) this.#take(shared, this.state);
      for (const { pass, result } of this.#permits.unreported()) {
        if (!this.#alone) this.#learn((await this.#tell(pass, result)).shared);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A Redis that does not answer is told of by its connection. */
  #fail(error: unknown): Alone {
    if (!this.#alone && !(error instanceof RedisUnavailableError)) this.#observer.onRedisFailure(error);
    return this.#goAlone();
  }

  #goAlone(): Alone {
    if (this.#alone) return this.#alone;
    const from = this.state;
    this.#alone = { from, rules: new LocalStateMachine(this.#options, from, this.#observer) };
    this.#begun.resolve();
    this.#hearing.pollSoon();
    return this.#alone;
  }
}
