import { isDeepStrictEqual } from 'node:util';
import { mapProviders } from '@plantcommunity/identification';
import { type Clock, type Unsubscribe, waitFor } from '@plantcommunity/resilience';
import { ChangeFeed } from './change-feed.ts';
import type { Overview } from './overview.ts';

/** Age up to which an overview is given to further callers. */
const SHARED_MS = 1_000;

type Part = keyof Overview;

/** The parts of an overview that changed; each is complete, but `minutes` has only the minutes that changed. */
type OverviewChanges = Partial<Overview> & Pick<Overview, 'at'>;

/** What a watcher receives: first the whole overview, then changes. `gone`: optional parts that are absent from now on. */
export type OverviewEvent =
  | { type: 'whole'; overview: Overview }
  | { type: 'changes'; changes: OverviewChanges; gone: readonly Part[] };

export interface OverviewFeedOptions {
  /** Makes an overview of now. */
  make(): Promise<Overview>;
  /** Subscribes to every change that an overview shows, except the passing of time. */
  readonly subscribe: (listener: () => void) => Unsubscribe;
  clock: Clock;
}

/**
 * The overview of this process, made once for all watchers: after a change, at most twice a second, at least once in ten
 * seconds, and only while anybody watches. A watcher that is slow skips overviews; its next changes are those since the
 * one that it received last, so nothing piles up for it.
 */
export class OverviewFeed {
  readonly #options: OverviewFeedOptions;
  #watchers = 0;
  #stop: AbortController | undefined;
  #latest: Overview | undefined;
  #next = pending<Overview>();
  /** The last overview that was begun, and when. */
  #made: { overview: Promise<Overview>; at: number } | undefined;
  /** The changes to `to`, by the overview they are compared with. */
  #changes: { to: Overview; from: WeakMap<Overview, OverviewEvent> } | undefined;

  constructor(options: OverviewFeedOptions) {
    this.#options = options;
  }

  /** Returns an overview that is at most a second old; callers at the same time share it. */
  read(): Promise<Overview> {
    const made = this.#made;
    if (made !== undefined && this.#options.clock.monotonic() - made.at < SHARED_MS) return made.overview;
    return this.#make();
  }

  /** Lets the next reader get an overview of now: the caller changed something. */
  expire(): void {
    this.#made = undefined;
  }

  #make(): Promise<Overview> {
    const made = { overview: this.#options.make(), at: this.#options.clock.monotonic() };
    this.#made = made;
    made.overview.catch(() => {
      if (this.#made === made) this.#made = undefined;
    });
    return made.overview;
  }

  /**
   * Yields the whole overview, then changes, until `signal` aborts.
   * @throws what making an overview throws; all watchers end then
   */
  async *watch(signal: AbortSignal): AsyncGenerator<OverviewEvent> {
    this.#enter();
    try {
      let received: Overview | undefined;
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- one event after the other
        const overview = await this.#after(received, signal);
        if (overview === undefined) return;
        yield received === undefined ? this.#wholeOf(overview) : this.#changesOf(received, overview);
        received = overview;
      }
    } finally {
      this.#leave();
    }
  }

  /** Returns the latest overview once it is another one than `received`; undefined when the signal aborts. */
  async #after(received: Overview | undefined, signal: AbortSignal): Promise<Overview | undefined> {
    if (signal.aborted) return undefined;
    if (this.#latest !== undefined && this.#latest !== received) return this.#latest;
    try {
      return await waitFor(this.#next.promise, { signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  #enter(): void {
    this.#watchers += 1;
    if (this.#stop !== undefined) return;
    this.#stop = new AbortController();
    void this.#run(this.#stop.signal);
  }

  #leave(): void {
    this.#watchers -= 1;
    if (this.#watchers === 0) this.#reset();
  }

  /** Ends the run, if there is one, and forgets what it made: the next watcher begins another one. */
  #reset(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#latest = undefined;
    this.#changes = undefined;
    this.#next = pending();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const changes = new ChangeFeed(this.#options.subscribe, this.#options.clock, signal);
    try {
      while (!signal.aborted) {
        // oxlint-disable-next-line no-await-in-loop -- one overview after the other
        const overview = await this.#make();
        if (signal.aborted) return;
        const { resolve } = this.#next;
        this.#latest = overview;
        this.#next = pending();
        resolve(overview);
        // oxlint-disable-next-line no-await-in-loop -- the pause between two
        await changes.next();
      }
    } catch (error) {
      if (signal.aborted) return;
      // A watcher that is slow leaves later: do not wait for it.
      const { reject } = this.#next;
      this.#reset();
      reject(error);
    } finally {
      changes.close();
    }
  }

  /** An overview holds until the next one is made: it is that of now, by which watchers set their countdowns. */
  #wholeOf(overview: Overview): OverviewEvent {
    return { type: 'whole', overview: { ...overview, at: this.#options.clock.now() } };
  }

  #changesOf(from: Overview, to: Overview): OverviewEvent {
    if (this.#changes?.to !== to) this.#changes = { to, from: new WeakMap() };
    const known = this.#changes.from.get(from);
    if (known !== undefined) return known;
    const event = changesBetween(from, to);
    this.#changes.from.set(from, event);
    return event;
  }
}

/** Compares two overviews, part by part. */
export function changesBetween(from: Overview, to: Overview): OverviewEvent {
  const changed = partsOf(to).filter((part) => !isDeepStrictEqual(from[part], to[part]));
  const changes = { ...Object.fromEntries(changed.map((part) => [part, to[part]])), at: to.at };
  const gone = partsOf(from).filter((part) => !(part in to));
  if (!changed.includes('minutes')) return { type: 'changes', changes, gone };
  return { type: 'changes', changes: { ...changes, minutes: changedMinutes(from, to) }, gone };
}

function partsOf(overview: Overview): Part[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets their type
  return Object.keys(overview) as Part[];
}

function changedMinutes({ minutes: before }: Overview, { minutes }: Overview): Overview['minutes'] {
  return mapProviders(minutes, (hour, provider) => {
    const known = new Map(before[provider].map((minute) => [minute.at, minute]));
    return hour.filter((minute) => !isDeepStrictEqual(minute, known.get(minute.at)));
  });
}

function pending<T>(): PromiseWithResolvers<T> {
  const next = Promise.withResolvers<T>();
  // A failure reaches the watchers that wait; there may be none.
  next.promise.catch(() => undefined);
  return next;
}
