import { ChannelListener } from '../channel-listener.ts';
import type { Unsubscribe } from '../listeners.ts';
import { createOwnerId } from '../owner-id.ts';
import { RedisUnavailableError } from '../redis/errors.ts';
import type { RedisConnection } from '../redis/types.ts';
import { LocalStateMachine } from './local-state-machine.ts';
import { PendingTrials } from './pending-trials.ts';
import { type KnownState, RedisCircuitStore, type RemoteState, severityOf } from './redis-store.ts';
import { initialState } from './state.ts';
import type {
  CallResult,
  CircuitConfig,
  CircuitState,
  CircuitStateMachine,
  Override,
  OverrideScope,
  Permit,
  Recorded,
  StateMachineObserver,
} from './types.ts';

const POLL_FIRST_MS = 250;
/** Over REST a process with a closed circuit may learn this late that others have opened it. */
const MAX_STALENESS_CLOSED_MS = 30_000;
const MAX_STALENESS_MS = 2000;

/** Decisions of this process without Redis, and the state in which they began. */
interface Fallback {
  readonly machine: LocalStateMachine;
  readonly from: CircuitState;
}

/**
 * Lets Redis decide for all processes: Redis counts failures, hands out trial permits and changes the state, each in one
 * script. Every process mirrors what was decided, so that it asks Redis only to report a failure, a success after
 * failures or a trial. While Redis is unavailable a process decides alone, starting from its mirror; when Redis is back,
 * the two states are reconciled.
 */
export class RedisStateMachine implements CircuitStateMachine {
  readonly #config: CircuitConfig;
  readonly #observer: StateMachineObserver;
  readonly #redis: RedisConnection;
  readonly #store: RedisCircuitStore;
  readonly #listener: ChannelListener;
  readonly #pendingTrials: PendingTrials = new PendingTrials();
  readonly #stopWatching: Unsubscribe;
  readonly #initial: CircuitState;
  /** Resolves when a state of Redis is known, or Redis is known to be unavailable. */
  readonly #started: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #remote: RemoteState | undefined;
  #closedPermit: Permit = { generation: 0 };
  #fallback: Fallback | undefined;
  #acquiring = 0;
  #syncs: Promise<void> = Promise.resolve();
  /** The known state at the time of `close()`; undefined before. */
  #closedWith: KnownState | undefined;

  constructor(config: CircuitConfig, redis: RedisConnection, prefix: string, observer: StateMachineObserver) {
    this.#config = config;
    this.#observer = observer;
    this.#redis = redis;
    this.#store = new RedisCircuitStore(redis, prefix, config);
    this.#initial = initialState(config);
    this.#listener = new ChannelListener({
      redis,
      channel: this.#store.channel,
      clock: config.clock,
      onMessage: (message) => this.#onMessage(message),
      catchUp: () => this.#sync(),
      polling: {
        firstMs: POLL_FIRST_MS,
        maxMs: () => (this.state.status === 'closed' && !this.#fallback ? MAX_STALENESS_CLOSED_MS : MAX_STALENESS_MS),
        isRequired: () => this.#fallback !== undefined,
      },
    });
    this.#stopWatching = redis.subscribe(({ type }) => {
      if (type === 'lost') this.#enterFallback();
    });
  }

  get state(): CircuitState {
    return this.#fallback?.machine.state ?? this.#remote?.state ?? this.#initial;
  }

  admits(): boolean {
    if (this.#fallback) return this.#fallback.machine.admits();
    if (!this.#remote) return true;
    const { state, runningTrials, nextPermitAt } = this.#remote;
    if (state.status === 'closed') return true;
    const now = this.#config.clock.monotonic();
    const taken = state.status === 'half_open' && now < nextPermitAt ? runningTrials : 0;
    return now >= state.retryAt && this.#acquiring + taken < this.#config.trialPermits;
  }

  tryAcquire(): Permit | undefined | Promise<Permit | undefined> {
    if (this.#fallback) return this.#fallback.machine.tryAcquire();
    if (!this.#remote) return this.#started.promise.then(() => this.tryAcquire());
    if (this.#remote.state.status === 'closed') return this.#closedPermit;
    return this.admits() ? this.#acquireTrial() : undefined;
  }

  isNoop(permit: Permit): boolean {
    if (this.#fallback) return this.#fallback.machine.isNoop(permit);
    return permit.trial === undefined && this.state.failCount === 0;
  }

  async record(permit: Permit, result: CallResult, onRecorded: (recorded: Recorded) => void): Promise<void> {
    if (this.#fallback) await this.#synced();
    if (!this.#fallback && this.#changesRemote(permit, result)) {
      try {
        const { counted, remote } = await this.#report(permit, result);
        const { failCount, successes } = remote.state;
        onRecorded({ failCount, isTrial: counted && permit.trial !== undefined, successes });
        return this.#applyRemote(remote);
      } catch (error) {
        this.#fail(error);
      }
    }
    if (this.#fallback) {
      this.#pendingTrials.complete(permit, result);
      if (this.#closedWith) this.#reportAfterClose(this.#closedWith);
      return this.#fallback.machine.record(permit, result, onRecorded);
    }
    onRecorded({ failCount: this.state.failCount, isTrial: false, successes: 0 });
  }

  async apply(override: Override): Promise<OverrideScope> {
    if (await this.applyShared(override)) return 'shared';
    await this.#fallback?.machine.apply(override);
    return 'local';
  }

  async applyShared(override: Override): Promise<boolean> {
    if (!this.#fallback) await this.#started.promise;
    await this.#synced();
    if (this.#fallback) return false;
    try {
      this.#applyRemote(await this.#store.apply(this.#known(), override));
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  refresh(): Promise<void> {
    return this.#fallback ? this.#fallback.machine.refresh() : this.#sync();
  }

  close(): void {
    this.#closedWith = this.#known();
    this.#stopWatching();
    this.#listener.close();
    this.#enterFallback();
    this.#reportAfterClose(this.#closedWith);
  }

  async #acquireTrial(): Promise<Permit | undefined> {
    const trial = createOwnerId(this.#config.name);
    this.#acquiring += 1;
    this.#pendingTrials.add(trial);
    try {
      const { admitted, expired, remote } = await this.#store.acquire(this.#known(), trial);
      for (let permit = 0; permit < expired; permit += 1) this.#observer.onTrialAbandoned();
      this.#applyRemote(remote);
      const { generation } = remote.state;
      if (admitted === 'trial') return { generation, trial };
      this.#pendingTrials.remove(trial);
      return admitted === 'call' ? { generation } : undefined;
    } catch (error) {
      this.#pendingTrials.abandon(trial);
      if (this.#closedWith) this.#reportAfterClose(this.#closedWith);
      return this.#fail(error).machine.tryAcquire();
    } finally {
      this.#acquiring -= 1;
    }
  }

  /**
   * Reports ended trials after `close()`, which stops the regular sync with Redis. Reports nothing while Redis is
   * unavailable: the permits expire at their deadlines.
   */
  #reportAfterClose(known: KnownState): void {
    if (!this.#redis.isReady()) return;
    for (const { permit, result } of this.#pendingTrials.unreported()) {
      this.#pendingTrials.remove(permit.trial);
      this.#store.record(known, permit, result).catch((error: unknown) => this.#fail(error));
    }
  }

  async #report(permit: Permit, result: CallResult): ReturnType<RedisCircuitStore['record']> {
    const reported = await this.#store.record(this.#known(), permit, result);
    if (permit.trial !== undefined) this.#pendingTrials.remove(permit.trial);
    return reported;
  }

  /** Whether a result may change the state in Redis; results of an earlier generation do not count there. */
  #changesRemote({ generation, trial }: Permit, { outcome }: CallResult): boolean {
    if (trial !== undefined) return true;
    const { state } = this;
    const changes = outcome === 'failure' || (outcome === 'success' && state.failCount > 0);
    return changes && generation === state.generation;
  }

  #known(): KnownState {
    const { state } = this;
    const { revision, epoch } = this.#remote ?? { revision: 0, epoch: '' };
    const { from } = this.#fallback ?? { from: state };
    const [hasDiverged, hasMoved] = [from !== state, from.generation !== state.generation];
    return { state, revision, epoch, hasDiverged, hasMoved };
  }

  #onMessage(message: unknown): void {
    let remote: RemoteState;
    try {
      remote = this.#store.read(message);
    } catch {
      // Another program publishes on this channel.
      return;
    }
    // Ignore our own messages: the script's reply already carried the change.
    if (remote.author === this.#store.author) return;
    // A sync in flight may have read an older state than this message: messages arrive on a connection of their own.
    if (this.#fallback) void this.#sync();
    else this.#applyRemote(remote);
  }

  #applyRemote(remote: RemoteState): void {
    const before = this.#remote;
    if (this.#closedWith || this.#fallback) return;
    if (before) {
      const isNewer = remote.revision > before.revision;
      const isAsSevere = severityOf(remote.state) >= severityOf(before.state);
      // Redis lost its data and another process began a new epoch without us: a sync puts back what this process knows.
      if (remote.epoch !== before.epoch && !(isNewer && isAsSevere)) return void this.#sync();
      if (!isNewer) return;
    }
    this.#adopt(remote, before?.state ?? this.#initial);
  }

  #adopt(remote: RemoteState, before: CircuitState): void {
    this.#fallback = undefined;
    const isFirst = this.#remote === undefined;
    this.#remote = remote;
    this.#closedPermit = { generation: remote.state.generation };
    this.#started.resolve();
    this.#listener.pollSoon();
    // Do not emit an event for the closed state found at startup.
    if (isFirst && before === this.#initial && remote.state.status === 'closed') return;
    this.#observer.onTransition(before, remote.state);
  }

  /** Syncs run one after another and never reject. */
  #sync(): Promise<void> {
    this.#syncs = this.#syncs.then(() => this.#resync());
    return this.#syncs;
  }

  /** Waits until no sync runs, as each may end the fallback; syncs that begin meanwhile count, too. */
  async #synced(): Promise<void> {
    const syncs = this.#syncs;
    await syncs;
    if (syncs !== this.#syncs) await this.#synced();
  }

  async #resync(): Promise<void> {
    if (this.#closedWith) return;
    try {
      const known = this.#known();
      const remote = await this.#store.sync(known);
      if (this.#closedWith) return;
      // The reply knows nothing of what this process has decided alone meanwhile, so Redis has to be told first.
      if (this.#fallback && this.state !== known.state) return void this.#sync();
      const { revision, epoch } = this.#remote ?? { revision: 0, epoch: '' };
      const isNewer = remote.revision > revision || remote.epoch !== epoch;
      if (this.#fallback ? this.#redis.isReady() : isNewer) this.#adopt(remote, this.state);
      for (const { permit, result } of this.#pendingTrials.unreported()) {
        if (!this.#fallback) this.#applyRemote((await this.#report(permit, result)).remote);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): Fallback {
    // The connection itself reports that Redis does not answer.
    if (!this.#fallback && !(error instanceof RedisUnavailableError)) this.#observer.onRedisFailure(error);
    return this.#enterFallback();
  }

  #enterFallback(): Fallback {
    if (this.#fallback) return this.#fallback;
    const from = this.state;
    this.#fallback = { from, machine: new LocalStateMachine(this.#config, from, this.#observer) };
    this.#started.resolve();
    this.#listener.pollSoon();
    return this.#fallback;
  }
}
