import { describe, expect, it } from 'vitest';
import type { Locks } from '../../../lib/browser-locks.ts';
import type { TabChannel } from '../../../lib/tab-channel.ts';
import type { Overview } from '../../../lib/wire.ts';
import { at, NOW, overviewOf } from '../testing/overview-of.ts';
import { SharedOverview, type StreamHandlers, type Tab } from './shared-overview.ts';

const initial = overviewOf();

/** A browser with a clock that tests set, locks in the order of their requests, and channels that deliver in order. */
class FakeBrowser {
  now = NOW;
  readonly streams: { tab: string; lastEventId: string | undefined; handlers: StreamHandlers }[] = [];
  readonly polls: { tab: string; answer: (overview: Overview | 'refused') => void }[] = [];
  readonly refused: string[] = [];
  readonly #ticks = new Set<() => void>();
  readonly #held = new Map<string, Promise<void>>();
  readonly #channels = new Set<ReadonlySet<(message: unknown) => void>>();

  /** Opens a visible tab. */
  open(tab: string, { viewer = 'ada', ...given }: { viewer?: string } & Partial<Tab> = {}) {
    const shared = new SharedOverview(initial, {
      viewer,
      openStream: (lastEventId, handlers) => {
        const stream = { tab, lastEventId, handlers };
        this.streams.push(stream);
        return () => void this.streams.splice(this.streams.indexOf(stream), 1);
      },
      poll: () => new Promise((answer) => this.polls.push({ tab, answer })),
      clock: {
        now: () => this.now,
        every: (_ms, tick) => {
          this.#ticks.add(tick);
          return () => this.#ticks.delete(tick);
        },
      },
      random: () => 0,
    });
    const parts: Tab = {
      locks: this.#locks,
      openChannel: () => this.#openChannel(),
      onRefused: () => this.refused.push(tab),
      ...given,
    };
    shared.want({ isVisible: true, isPaused: false });
    const close = shared.start(parts);
    return { shared, close };
  }

  /** Lets all locks and messages that are under way arrive. */
  async settle(): Promise<void> {
    for (let round = 0; round < 20; round += 1) await Promise.resolve();
  }

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      for (const tick of this.#ticks) tick();
      await this.settle();
    }
  }

  /** Sends an overview over the first stream that is open. */
  async send(overview: Overview): Promise<void> {
    const [stream] = this.streams;
    stream?.handlers.onEvent({ type: 'whole', overview }, overview.at);
    await this.settle();
  }

  streaming = () => this.streams.map(({ tab }) => tab);

  readonly #locks: Locks = {
    request: async (name, { signal }, granted) => {
      const before = this.#held.get(name) ?? Promise.resolve();
      const turn = before.then(() => (signal?.aborted === true ? undefined : granted({ name, mode: 'exclusive' })));
      this.#held.set(
        name,
        turn.then(() => undefined),
      );
      const aborted = new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      });
      return Promise.race([turn, aborted]);
    },
  };

  #openChannel(): TabChannel {
    const listeners = new Set<(message: unknown) => void>();
    this.#channels.add(listeners);
    return {
      onMessage: (listener) => void listeners.add(listener),
      post: (message) => {
        for (const others of this.#channels) {
          if (others === listeners) continue;
          for (const listener of others) queueMicrotask(() => listener(structuredClone(message)));
        }
      },
      close: () => void this.#channels.delete(listeners),
    };
  }
}

const later = (seconds: number, given: Parameters<typeof overviewOf>[0] = {}) =>
  overviewOf({ at: at(seconds), ...given });

async function tenTabs() {
  const browser = new FakeBrowser();
  const tabs = Array.from({ length: 10 }, (_, n) => browser.open(`tab ${n + 1}`));
  await browser.settle();
  return { browser, tabs };
}

const seen = (tabs: readonly { shared: SharedOverview }[]) => tabs.map(({ shared }) => shared.state().overview.at);
const all = (value: string) => Array.from({ length: 10 }, () => value);

describe('the overview of ten tabs', () => {
  it('comes over one stream, and reaches all of them', async () => {
    const { browser, tabs } = await tenTabs();
    expect(browser.streaming()).toEqual(['tab 1']);
    await browser.send(later(1));
    expect(seen(tabs)).toEqual(all(at(1)));
    expect(browser.polls).toEqual([]);
  });

  it('is given to a tab that joins at once, without a request', async () => {
    const browser = new FakeBrowser();
    browser.open('first');
    await browser.settle();
    await browser.send(later(1));
    const joined = browser.open('second');
    await browser.settle();
    expect(joined.shared.state()).toMatchObject({ overview: { at: at(1) }, updatedAt: NOW });
    expect({ streams: browser.streaming(), polls: browser.polls }).toEqual({ streams: ['first'], polls: [] });
  });

  it.each<[string, (tab: ReturnType<FakeBrowser['open']> | undefined) => void]>([
    ['closed', (tab) => tab?.close()],
    ['hidden', (tab) => tab?.shared.want({ isVisible: false, isPaused: false })],
    ['paused', (tab) => tab?.shared.want({ isVisible: true, isPaused: true })],
  ])('comes over the stream of the next tab once the first is %s, without a gap', async (_how, leave) => {
    const { browser, tabs } = await tenTabs();
    await browser.send(later(1));
    leave(tabs[0]);
    await browser.settle();
    expect(browser.streaming()).toEqual(['tab 2']);
    const { isBroken, heardAt } = tabs[2]?.shared.state().transport ?? {};
    expect({ isBroken, heardAt }).toEqual({ isBroken: false, heardAt: NOW });
    await browser.send(later(2));
    expect(seen(tabs.slice(1))).toEqual(all(at(2)).slice(1));
  });

  it('holds no stream while all are hidden', async () => {
    const { browser, tabs } = await tenTabs();
    for (const { shared } of tabs) shared.want({ isVisible: false, isPaused: false });
    await browser.settle();
    expect(browser.streaming()).toEqual([]);
    tabs[4]?.shared.want({ isVisible: true, isPaused: false });
    await browser.settle();
    expect(browser.streaming()).toEqual(['tab 5']);
  });

  it('stands still in a paused tab, which gets the present one when it resumes', async () => {
    const { browser, tabs } = await tenTabs();
    await browser.send(later(1));
    tabs[3]?.shared.want({ isVisible: true, isPaused: true });
    await browser.send(later(2));
    expect(tabs[3]?.shared.state().overview.at).toBe(at(1));
    tabs[3]?.shared.want({ isVisible: true, isPaused: false });
    await browser.settle();
    expect(tabs[3]?.shared.state().overview.at).toBe(at(2));
  });

  it('is refused to all once it is refused to one', async () => {
    const { browser } = await tenTabs();
    browser.streams[0]?.handlers.onEnd('refused');
    await browser.settle();
    expect(browser.refused).toHaveLength(10);
    expect(browser.streaming()).toEqual([]);
  });

  it('tells all that the connection is broken', async () => {
    const { browser, tabs } = await tenTabs();
    await browser.send(later(1));
    browser.streams[0]?.handlers.onEnd('failed');
    await browser.settle();
    expect(tabs.map(({ shared }) => shared.state().transport.isBroken)).toEqual(all('').map(() => true));
  });

  it('comes from one poll at a time while the stream is blocked', async () => {
    const { browser, tabs } = await tenTabs();
    await browser.pass(10);
    // Tabs that have not received anything yet ask once themselves.
    for (const { answer } of browser.polls.splice(0)) answer(later(9));
    await browser.settle();
    await browser.pass(6);
    expect(browser.polls.map(({ tab }) => tab)).toEqual(['tab 1']);
    browser.polls[0]?.answer(later(15));
    await browser.settle();
    expect(seen(tabs)).toEqual(all(at(15)));
  });
});

describe('the overview of a tab', () => {
  it('is not that of a tab of another user', async () => {
    const browser = new FakeBrowser();
    const other = browser.open('other', { viewer: 'anna' });
    browser.open('own');
    await browser.settle();
    expect(browser.streaming()).toEqual(['other', 'own']);
    browser.streams[1]?.handlers.onEvent({ type: 'whole', overview: later(1) }, '1');
    browser.streams[1]?.handlers.onEnd('refused');
    await browser.settle();
    expect(other.shared.state().overview.at).toBe(initial.at);
    expect(browser.refused).toEqual(['own']);
  });

  it.each<[string, Partial<Tab>]>([
    ['locks', { locks: null }],
    [
      'locks that are granted',
      { locks: { request: () => Promise.reject(new DOMException('denied', 'SecurityError')) } },
    ],
    ['channels', { openChannel: () => undefined }],
  ])('comes over its own stream in a browser without %s', async (_what, without) => {
    const browser = new FakeBrowser();
    browser.open('first', without);
    browser.open('second', without);
    await browser.settle();
    expect(browser.streaming()).toEqual(['first', 'second']);
  });

  it('changes by the events of its stream alone, after the whole one', async () => {
    const browser = new FakeBrowser();
    const { shared } = browser.open('tab');
    await browser.settle();
    const [stream] = browser.streams;
    stream?.handlers.onEvent({ type: 'changes', changes: { at: at(1) }, gone: [] }, '1');
    expect(shared.state().overview.at).toBe(initial.at);
    stream?.handlers.onEvent({ type: 'whole', overview: later(2) }, '2');
    stream?.handlers.onEvent({ type: 'changes', changes: { at: at(3), shared: false }, gone: [] }, '3');
    expect(shared.state().overview).toMatchObject({ at: at(3), shared: false });
  });

  it('asks for events after the last one when it reconnects, and ignores the stream that ended', async () => {
    const browser = new FakeBrowser();
    const { shared } = browser.open('tab');
    await browser.settle();
    const [first] = browser.streams;
    await browser.send(later(1));
    first?.handlers.onEnd('ended');
    await browser.pass(1);
    expect(browser.streams).toMatchObject([{ lastEventId: at(1) }]);
    first?.handlers.onEvent({ type: 'whole', overview: later(9) }, '9');
    expect(shared.state().overview.at).toBe(at(1));
  });

  it('is the answer to an override, also when an older one arrives right after it', async () => {
    const browser = new FakeBrowser();
    const { shared } = browser.open('tab');
    await browser.settle();
    shared.update(later(5));
    await browser.send(later(4));
    expect(shared.state().overview.at).toBe(at(5));
    await browser.pass(2);
    await browser.send(later(4.5));
    expect(shared.state().overview.at).toBe(at(4.5));
  });

  it('ignores messages of a tab that runs another version of the page', async () => {
    const browser = new FakeBrowser();
    let receive: ((message: unknown) => void) | undefined;
    const openChannel = (): TabChannel => ({
      onMessage: (listener) => {
        receive = listener;
      },
      post: () => undefined,
      close: () => undefined,
    });
    const locks: Locks = { request: () => new Promise(() => {}) };
    const { shared } = browser.open('tab', { openChannel, locks });
    const data = { type: 'overview', viewer: 'ada', overview: { at: at(1) }, at: NOW, isBroken: false };
    expect(receive).toBeDefined();
    receive?.(data);
    expect(shared.state().overview).toBe(initial);
  });
});
