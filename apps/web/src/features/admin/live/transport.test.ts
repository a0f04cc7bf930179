import { describe, expect, it } from 'vitest';
import { initialTransport, type Role, type Transport, type TransportEvent, transportAfter } from './transport.ts';

const START = Date.UTC(2026, 10, 22, 1, 44, 19);

/** Applies events at seconds after the start; ticks each second between them, as a tab does. */
function run(role: Role, events: readonly [second: number, event: TransportEvent][], end: number): Transport {
  const chanceAt = (second: number) => ({ now: START + second * 1_000, random: 1 });
  let transport = initialTransport(role, chanceAt(0));
  for (let second = 0; second <= end; second += 1) {
    for (const [at, event] of events) if (at === second) transport = transportAfter(transport, event, chanceAt(second));
    transport = transportAfter(transport, { type: 'tick' }, chanceAt(second));
  }
  return transport;
}

const seconds = (at: number | undefined): number | undefined => at && (at - START) / 1_000;

/** What a tab does: whether it streams, since which second, whether it polls, and what it knows. */
function summary({ failures, heardAt, isBroken, poll, retryAt, stream }: Transport) {
  return {
    stream: stream === undefined ? `retries at ${seconds(retryAt)}` : `open since ${seconds(stream.openedAt)}`,
    polls: poll !== undefined,
    failures,
    isBroken,
    heard: seconds(heardAt),
  };
}

const event: TransportEvent = { type: 'event' };
const failed: TransportEvent = { type: 'failed' };
const ended: TransportEvent = { type: 'ended' };
const polled: TransportEvent = { type: 'polled', ok: true };

describe('the transport of a tab that leads', () => {
  it.each<[string, [number, TransportEvent][], number, ReturnType<typeof summary>]>([
    [
      'opens a stream at once',
      [],
      1,
      { stream: 'open since 0', polls: false, failures: 0, isBroken: false, heard: undefined },
    ],
    [
      'keeps a stream that sends an event every ten seconds, and does not poll',
      [0, 10, 20, 30].map((at) => [at, event]),
      44,
      { stream: 'open since 0', polls: false, failures: 0, isBroken: false, heard: 30 },
    ],
    [
      'opens the next stream a second after the server ended one, and stays unbroken',
      [
        [0, event],
        [10, event],
        [12, ended],
      ],
      13,
      { stream: 'open since 13', polls: false, failures: 1, isBroken: false, heard: 10 },
    ],
    [
      'is broken after a failure, and does not poll yet',
      [
        [0, event],
        [2, failed],
      ],
      2,
      { stream: 'retries at 3', polls: false, failures: 1, isBroken: true, heard: 0 },
    ],
    [
      'polls after two failures in a row, and waits longer before the third stream',
      [
        [0, failed],
        [1, failed],
      ],
      1,
      { stream: 'retries at 3', polls: true, failures: 2, isBroken: true, heard: undefined },
    ],
    [
      'is not broken once a poll is answered',
      [
        [0, failed],
        [1, failed],
        [2, polled],
      ],
      2,
      { stream: 'retries at 3', polls: false, failures: 2, isBroken: false, heard: 2 },
    ],
    [
      'polls again five seconds and a quarter after a poll',
      [
        [0, failed],
        [1, failed],
        [2, polled],
      ],
      9,
      { stream: 'open since 3', polls: true, failures: 2, isBroken: false, heard: 2 },
    ],
    [
      'forgets failures once a stream has lasted ten seconds',
      [
        [0, failed],
        [1, failed],
        [4, event],
        [13, event],
      ],
      14,
      { stream: 'open since 3', polls: true, failures: 0, isBroken: false, heard: 13 },
    ],
    [
      'counts a stream that ends right after its first event as failed',
      [
        [0, event],
        [0, ended],
        [2, event],
        [2, ended],
      ],
      3,
      { stream: 'retries at 4', polls: false, failures: 2, isBroken: false, heard: 2 },
    ],
    [
      'gives a stream up that sends nothing within ten seconds, and polls at once',
      [],
      10,
      { stream: 'retries at 12', polls: true, failures: 2, isBroken: true, heard: undefined },
    ],
    [
      'gives a stream up that is silent for 15 s, and polls at once',
      [
        [0, event],
        [10, event],
      ],
      25,
      { stream: 'retries at 27', polls: true, failures: 2, isBroken: true, heard: 10 },
    ],
    [
      'polls at once without a free connection for a stream',
      [[0, { type: 'no_slot' }]],
      0,
      { stream: 'retries at 2', polls: true, failures: 2, isBroken: true, heard: undefined },
    ],
    [
      'neither streams nor polls for ten seconds after a refusal',
      [[0, { type: 'refused' }]],
      9,
      { stream: 'retries at 10', polls: false, failures: 1, isBroken: true, heard: undefined },
    ],
    [
      'ignores overviews of a tab that led before',
      [[3, { type: 'received', at: START, isBroken: true }]],
      4,
      { stream: 'open since 0', polls: false, failures: 0, isBroken: false, heard: undefined },
    ],
    [
      'closes the stream while hidden, and stays open to other tabs',
      [
        [1, event],
        [2, { type: 'role', role: 'hidden' }],
        [9, { type: 'received', at: START + 8_000, isBroken: false }],
      ],
      12,
      { stream: 'retries at 2', polls: false, failures: 0, isBroken: false, heard: 8 },
    ],
  ])('%s', (_title, events, end, expected) => {
    expect(summary(run('leader', events, end))).toEqual(expected);
  });

  it('waits up to a minute between streams, shortened at random by up to a half', () => {
    const delays = (random: number) => {
      let transport = initialTransport('leader', { now: START, random });
      return Array.from({ length: 8 }, () => {
        transport = transportAfter(transport, failed, { now: START, random });
        return seconds(transport.retryAt);
      });
    };
    expect(delays(1)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(delays(0)).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30]);
  });
});

describe('the transport of a tab that does not lead', () => {
  it.each<[string, Role, [number, TransportEvent][], number, boolean]>([
    ['a tab that joins waits for the tab that leads', 'follower', [], 3, false],
    ['a tab that joins polls when no answer comes', 'follower', [], 4, true],
    ['a follower does not poll between two events', 'follower', [[1, receivedAt(1)]], 17, false],
    ['a follower polls when the tab that leads is silent', 'follower', [[1, receivedAt(1)]], 20, true],
    ['a hidden tab polls only after half a minute of silence', 'hidden', [[1, receivedAt(1)]], 37, false],
    ['a hidden tab polls after half a minute of silence', 'hidden', [[1, receivedAt(1)]], 39, true],
    ['a paused tab never polls', 'paused', [], 600, false],
  ])('%s', (_title, role, events, end, polls) => {
    const { poll, stream } = run(role, events, end);
    expect({ polls: poll !== undefined, stream }).toEqual({ polls, stream: undefined });
  });

  it('takes over whether the tab that leads is broken', () => {
    const broken = run('follower', [[2, { type: 'received', at: START, isBroken: true }]], 2);
    expect(summary(broken)).toMatchObject({ isBroken: true, heard: 0 });
    expect(summary(transportAfter(broken, receivedAt(3), { now: START + 3_000, random: 1 }))).toMatchObject({
      isBroken: false,
      heard: 3,
    });
  });

  it('drops a poll that is under way when it is paused', () => {
    const paused = run('follower', [[5, { type: 'role', role: 'paused' }]], 5);
    expect(paused.poll).toBeUndefined();
  });

  it('keeps what it heard when it begins to lead', () => {
    const leading = run(
      'follower',
      [
        [2, receivedAt(2)],
        [3, { type: 'role', role: 'leader' }],
      ],
      3,
    );
    expect(summary(leading)).toEqual({
      stream: 'open since 3',
      polls: false,
      failures: 0,
      isBroken: false,
      heard: 2,
    });
  });
});

describe('the transport after a jump of the clock', () => {
  const before = run('leader', [[0, event]], 5);
  const jumpTo = (second: number) =>
    transportAfter(before, { type: 'tick' }, { now: START + second * 1_000, random: 1 });

  it('opens a new stream after the device slept, and may catch up before it is stale', () => {
    const awake = jumpTo(3_600);
    expect(summary(awake)).toMatchObject({ stream: 'open since 3600', heard: 0 });
    expect({ shown: seconds(awake.shownAt), isAnotherStream: awake.stream?.id !== before.stream?.id }).toEqual({
      shown: 3_600,
      isAnotherStream: true,
    });
  });

  it('counts silence from the new time when the clock was set back', () => {
    expect(summary(jumpTo(-600))).toMatchObject({ stream: 'open since -600', heard: -600 });
  });

  it('keeps the stream when a tick is a few seconds late', () => {
    expect(jumpTo(14).stream?.id).toBe(before.stream?.id);
  });
});

function receivedAt(second: number): TransportEvent {
  return { type: 'received', at: START + second * 1_000, isBroken: false };
}
