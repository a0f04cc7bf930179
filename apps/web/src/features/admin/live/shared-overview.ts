import { holdLock, type Locks } from '../../../lib/browser-locks.ts';
import type { TabChannel } from '../../../lib/tab-channel.ts';
import type { Overview, OverviewEvent } from '../../../lib/wire.ts';
import { overviewAfter } from './follow-overview.ts';
import { type TabMessage, tabMessage } from './tab-messages.ts';
import { initialTransport, type Transport, type TransportEvent, transportAfter } from './transport.ts';

/** Time in which an overview that was made before the answer to an override may still arrive; it is skipped. */
const OVERTAKEN_MS = 2_000;
const TICK_MS = 1_000;

/** What a stream reports; nothing after it was closed. */
export interface StreamHandlers {
  onEvent: (event: OverviewEvent, id: string) => void;
  onEnd: (how: 'ended' | 'failed' | 'no_slot' | 'refused') => void;
}

export interface SharedOverviewOptions {
  /** Id of the user for whom the page was made. */
  viewer: string;
  /** Opens a stream. @returns a function that closes it */
  openStream: (lastEventId: string | undefined, handlers: StreamHandlers) => () => void;
  poll: () => Promise<Overview | 'refused'>;
  clock: { now: () => number; every: (ms: number, tick: () => void) => () => void };
  random: () => number;
}

/** What a browser gives a tab. Without locks or channels, which insecure origins lack, each visible tab has its own stream. */
export interface Tab {
  locks: Locks | null;
  openChannel: (name: string) => TabChannel | undefined;
  /** Called when the server, or another tab, says that the viewer may not see the overview any more. */
  onRefused: () => void;
}

/** What a page shows. */
export interface SharedOverviewState {
  overview: Overview;
  transport: Transport;
  /** When `overview` arrived, in epoch milliseconds of this device. */
  updatedAt: number;
}

/**
 * The overview of a tab, which all tabs of a browser get over one stream. The visible tab that holds a lock opens it, and
 * sends each overview to the others. When that tab is hidden, paused or closed, the next one gets the lock.
 */
export class SharedOverview {
  readonly #options: SharedOverviewOptions;
  readonly #listeners = new Set<() => void>();
  #state: SharedOverviewState;
  #wanted: { isVisible: boolean; isPaused: boolean } = { isVisible: false, isPaused: false };
  #tab: Tab | undefined;
  #channel: TabChannel | undefined;
  #stopTicking: (() => void) | undefined;
  /** Ends the request for the lock, or gives it back. */
  #leading: AbortController | undefined;
  #stream: { id: number; close: () => void } | undefined;
  #pollId: number | undefined;
  /** The overview that the events of the stream changed; an answer to an override is not part of it. */
  #streamed: Overview | undefined;
  #lastEventId: string | undefined;
  #answer: { madeAt: string; until: number } | undefined;

  constructor(initial: Overview, options: SharedOverviewOptions) {
    this.#options = options;
    const now = options.clock.now();
    const transport = initialTransport('hidden', { now, random: options.random() });
    this.#state = { overview: initial, transport, updatedAt: now };
  }

  readonly state = (): SharedOverviewState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins to follow; returns a function that stops. */
  start(tab: Tab): () => void {
    const { locks, openChannel } = tab;
    this.#tab = tab;
    if (locks !== null) this.#channel = openChannel('admin-overview');
    this.#channel?.onMessage((data) => {
      const message = tabMessage(data);
      if (message?.viewer === this.#options.viewer) this.#receive(message);
    });
    this.#stopTicking = this.#options.clock.every(TICK_MS, () => this.#dispatch({ type: 'tick' }));
    this.#takeRole();
    return () => this.#stop();
  }

  /** Says whether people can see the tab, and whether they have paused it. */
  want(wanted: { isVisible: boolean; isPaused: boolean }): void {
    this.#wanted = wanted;
    if (this.#stopTicking !== undefined) this.#takeRole();
  }

  /** Stores an overview that arrived in another way, such as the answer to an override. */
  update(overview: Overview): void {
    this.#answer = { madeAt: overview.at, until: this.#options.clock.now() + OVERTAKEN_MS };
    this.#show(overview, this.#options.clock.now());
    this.#dispatch({ type: 'answered' });
  }

  #stop(): void {
    this.#leading?.abort();
    this.#leading = undefined;
    this.#stopTicking?.();
    this.#stopTicking = undefined;
    this.#dispatch({ type: 'role', role: 'hidden' });
    this.#pollId = undefined;
    this.#channel?.close();
    this.#channel = undefined;
  }

  #takeRole(): void {
    const { isPaused, isVisible } = this.#wanted;
    if (isPaused || !isVisible) {
      // The stream is closed first, so that there are never two.
      this.#dispatch({ type: 'role', role: isPaused ? 'paused' : 'hidden' });
      this.#leading?.abort();
      this.#leading = undefined;
    } else if (this.#leading === undefined) {
      this.#leading = new AbortController();
      this.#dispatch({ type: 'role', role: 'follower' });
      void this.#lead(this.#leading.signal);
    }
    if (!isPaused) this.#post({ type: 'ask' });
  }

  /** Leads once the tab that leads now ends or is hidden; at once without a way to share. */
  async #lead(signal: AbortSignal): Promise<void> {
    const { viewer } = this.#options;
    const locks = this.#tab?.locks;
    if (locks && this.#channel !== undefined) {
      // A browser that has locks but refuses them has nothing to share by.
      await holdLock(locks, `admin-overview ${viewer}`, { signal }).catch(() => true);
    }
    if (!signal.aborted) this.#dispatch({ type: 'role', role: 'leader' });
  }

  #receive(message: TabMessage): void {
    const { role } = this.#state.transport;
    switch (message.type) {
      case 'ask':
        if (role === 'leader' && this.#state.transport.heardAt !== undefined) this.#postOverview();
        break;
      case 'overview': {
        const { at, isBroken, overview } = message;
        if (role === 'leader' || role === 'paused') return;
        this.#show(overview, Math.min(at, this.#options.clock.now()));
        this.#dispatch({ type: 'received', at, isBroken });
        break;
      }
      case 'refused':
        this.#dispatch({ type: 'refused' });
        this.#tab?.onRefused();
        break;
    }
  }

  #dispatch(event: TransportEvent): void {
    const { clock, random } = this.#options;
    const before = this.#state.transport;
    const transport = transportAfter(before, event, { now: clock.now(), random: random() });
    this.#state = { ...this.#state, transport };
    this.#openOrClose();
    this.#pollIfDue();
    const isNewlyBroken = transport.role === 'leader' && transport.isBroken && !before.isBroken;
    if (isNewlyBroken && transport.heardAt !== undefined) this.#postOverview();
    for (const listener of this.#listeners) listener();
  }

  /** Opens the stream that the state names, and closes any other. */
  #openOrClose(): void {
    const wanted = this.#state.transport.stream?.id;
    if (this.#stream?.id === wanted) return;
    this.#stream?.close();
    this.#stream = undefined;
    this.#streamed = undefined;
    if (wanted === undefined) return;
    const isOpen = () => this.#stream?.id === wanted;
    this.#stream = { id: wanted, close: () => undefined };
    const close = this.#options.openStream(this.#lastEventId, {
      onEvent: (event, id) => {
        if (isOpen()) this.#follow(event, id);
      },
      onEnd: (how) => {
        if (!isOpen()) return;
        if (how === 'refused') this.#refuse();
        else this.#dispatch({ type: how });
      },
    });
    if (isOpen()) this.#stream = { id: wanted, close };
    else close();
  }

  #follow(event: OverviewEvent, id: string): void {
    this.#streamed = overviewAfter(this.#streamed, event);
    this.#lastEventId = id;
    this.#publish(this.#streamed, { type: 'event' });
  }

  #pollIfDue(): void {
    const id = this.#state.transport.poll?.id;
    if (this.#pollId === id) return;
    this.#pollId = id;
    if (id !== undefined) void this.#poll(id);
  }

  async #poll(id: number): Promise<void> {
    const answer = await this.#options.poll().catch(() => undefined);
    if (this.#pollId !== id) return;
    if (answer === 'refused') this.#refuse();
    else this.#publish(answer, { type: 'polled', ok: answer !== undefined });
  }

  /** Shows what the server sent, and sends it to the other tabs. */
  #publish(overview: Overview | undefined, event: TransportEvent): void {
    if (overview !== undefined) this.#show(overview, this.#options.clock.now());
    this.#dispatch(event);
    if (overview !== undefined) this.#postOverview();
  }

  #refuse(): void {
    this.#dispatch({ type: 'refused' });
    this.#post({ type: 'refused' });
    this.#tab?.onRefused();
  }

  #show(overview: Overview, updatedAt: number): void {
    const answer = this.#answer;
    if (answer !== undefined && overview.at < answer.madeAt && updatedAt < answer.until) return;
    this.#state = { ...this.#state, overview, updatedAt };
  }

  #postOverview(): void {
    const { overview, transport, updatedAt } = this.#state;
    this.#post({ type: 'overview', overview, at: updatedAt, isBroken: transport.isBroken });
  }

  #post(message: WithoutViewer<TabMessage>): void {
    this.#channel?.post({ ...message, viewer: this.#options.viewer });
  }
}

type WithoutViewer<T> = T extends unknown ? Omit<T, 'viewer'> : never;
