/** The server sends an event every ten seconds at least; a stream that is silent for longer than this is frozen. */
const SILENCE_MS = 15_000;
/** Time in which a new stream sends its first event; a proxy that collects whole answers passes none on. */
const FIRST_EVENT_MS = 10_000;
/** A stream that has sent events for this long works. One that ends before counts as failed, so that retries slow down. */
const PROVEN_MS = 9_000;
/** Delay before the stream is opened again; doubles with each failure up to the maximum, and is shortened at random. */
const RETRY_MS = { first: 1_000, max: 60_000 };
/** Delay before a caller who was refused asks again; by then the page has left, unless the refusal was an error. */
const REFUSED_MS = 10_000;
/** Number of failures in a row from which on the tab polls. */
const FAILURES_BEFORE_POLLING = 2;
/** A clock that ticks every second and jumps by more than this was set, or the device slept. */
const JUMP_MS = 10_000;
/** Intervals of polling, which grow by up to a quarter at random. */
const POLL_MS = {
  /** The tab that leads, without a stream that works. */
  leader: 5_000,
  /** A visible tab that receives nothing from the one that leads, and one that has not received anything yet. */
  follower: 15_000,
  joining: 3_000,
  /** A hidden tab shows changes only in its title. */
  hidden: 30_000,
};

/**
 * `leader`: the tab that opens the stream for all tabs; `follower`: a visible tab that receives from it; `hidden` ones
 * receive, too, but never lead; `paused`: the reader has paused updates.
 */
export type Role = 'leader' | 'follower' | 'hidden' | 'paused';

/** How a tab gets overviews. Times are epoch milliseconds of this device. */
export interface Transport {
  readonly role: Role;
  readonly roleSince: number;
  /** The stream that is open; each has another id. */
  readonly stream?: { readonly id: number; readonly openedAt: number; readonly eventAt?: number } | undefined;
  /** The poll that is under way; each has another id. */
  readonly poll?: { readonly id: number } | undefined;
  /** Id of the last stream or poll. */
  readonly lastId: number;
  /** Streams that failed in a row. */
  readonly failures: number;
  /** When the tab that leads opens the next stream. */
  readonly retryAt: number;
  /** When the last poll ended; 0 without one. */
  readonly polledAt: number;
  /** By which part the next interval of polling is longer, 0 to 1/4. */
  readonly spread: number;
  /** Whether a stream or poll failed, and nothing has arrived since. */
  readonly isBroken: boolean;
  /** When the last update arrived. */
  readonly heardAt?: number | undefined;
  /** When this tab was last shown or woke up; it is not stale before it had time to catch up. */
  readonly shownAt: number;
  readonly tickedAt: number;
}

export type TransportEvent =
  /** A second has passed. */
  | { type: 'tick' }
  | { type: 'role'; role: Role }
  /** The stream sent an event. */
  | { type: 'event' }
  /** The server ended the stream, as it does after some minutes. */
  | { type: 'ended' }
  | { type: 'failed' }
  /** Other streams of this browser hold all connections that streams may use. */
  | { type: 'no_slot' }
  /** The viewer is no administrator, or another user. */
  | { type: 'refused' }
  | { type: 'polled'; ok: boolean }
  /** Another tab sent its overview, and the time at which it arrived there. */
  | { type: 'received'; at: number; isBroken: boolean }
  /** The server answered an override with an overview. */
  | { type: 'answered' };

/** `random`: a number from 0 to 1. */
export interface Chance {
  now: number;
  random: number;
}

/** Returns the state of a tab that has just been loaded. */
export function initialTransport(role: Role, { now, random }: Chance): Transport {
  const transport: Transport = {
    role,
    roleSince: now,
    lastId: 0,
    failures: 0,
    retryAt: now,
    polledAt: 0,
    spread: random / 4,
    isBroken: false,
    shownAt: now,
    tickedAt: now,
  };
  return role === 'leader' ? withStream(transport, now) : transport;
}

/** Returns the state after an event. The caller opens and closes streams, and polls, as the state says. */
export function transportAfter(known: Transport, event: TransportEvent, chance: Chance): Transport {
  const { now } = chance;
  switch (event.type) {
    case 'tick':
      return afterTick(known, chance);
    case 'role':
      return afterRole(known, event.role, now);
    case 'event':
      return afterStreamEvent(known, now);
    case 'ended':
      return { ...failed(known, chance), isBroken: known.isBroken || known.stream?.eventAt === undefined };
    case 'failed':
      return failed(known, chance);
    case 'no_slot':
      return blocked(known, chance);
    case 'refused':
      return { ...failed(known, chance), poll: undefined, polledAt: now, retryAt: now + REFUSED_MS };
    case 'polled':
      return {
        ...known,
        poll: undefined,
        polledAt: now,
        spread: chance.random / 4,
        isBroken: !event.ok,
        heardAt: event.ok ? now : known.heardAt,
      };
    case 'received':
      // The tab that leads knows better than one that led before.
      if (known.role === 'leader' || known.role === 'paused') return known;
      return { ...known, isBroken: event.isBroken, heardAt: Math.min(event.at, now) };
    case 'answered':
      return { ...known, heardAt: now };
  }
}

function withStream(known: Transport, now: number): Transport {
  const id = known.lastId + 1;
  return { ...known, lastId: id, stream: { id, openedAt: now } };
}

function afterRole(known: Transport, role: Role, now: number): Transport {
  if (role === known.role) return known;
  const wasSeen = known.role === 'leader' || known.role === 'follower';
  const shownAt = wasSeen ? known.shownAt : now;
  const next = {
    ...known,
    role,
    roleSince: now,
    stream: undefined,
    poll: undefined,
    failures: 0,
    retryAt: now,
    shownAt,
  };
  return role === 'leader' ? withStream(next, now) : next;
}

function afterStreamEvent(known: Transport, now: number): Transport {
  const { stream } = known;
  if (stream === undefined) return known;
  const isProven = now - stream.openedAt >= PROVEN_MS;
  return {
    ...known,
    stream: { ...stream, eventAt: now },
    failures: isProven ? 0 : known.failures,
    isBroken: false,
    heardAt: now,
  };
}

function failed(known: Transport, { now, random }: Chance): Transport {
  const failures = known.failures + 1;
  const delay = Math.min(RETRY_MS.max, RETRY_MS.first * 2 ** (failures - 1));
  return { ...known, stream: undefined, failures, retryAt: now + delay * (0.5 + random / 2), isBroken: true };
}

/** The stream does not get through, although nothing refuses it: polling begins at once. */
function blocked(known: Transport, chance: Chance): Transport {
  return failed({ ...known, failures: Math.max(known.failures, FAILURES_BEFORE_POLLING - 1) }, chance);
}

function afterTick(known: Transport, chance: Chance): Transport {
  const { now } = chance;
  const ticked = { ...known, tickedAt: now };
  // Browsers slow the clock of a hidden tab down.
  const hasJumped = now < known.tickedAt || (now - known.tickedAt > JUMP_MS && known.role !== 'hidden');
  return withPoll(withLiveStream(hasJumped ? afterJump(ticked, now) : ticked, chance), now);
}

/** Times of before the jump mean nothing afterwards, and the connection may be dead without a sign of it. */
function afterJump(known: Transport, now: number): Transport {
  const notAfterNow = (at: number) => Math.min(at, now);
  const awake: Transport = {
    ...known,
    stream: undefined,
    roleSince: notAfterNow(known.roleSince),
    polledAt: notAfterNow(known.polledAt),
    retryAt: now,
    shownAt: now,
    heardAt: known.heardAt === undefined ? undefined : notAfterNow(known.heardAt),
  };
  return awake.role === 'leader' ? withStream(awake, now) : awake;
}

function withLiveStream(known: Transport, chance: Chance): Transport {
  const { role, stream } = known;
  if (role !== 'leader') return known;
  if (stream === undefined) return chance.now < known.retryAt ? known : withStream(known, chance.now);
  const { eventAt, openedAt } = stream;
  const isSilent = eventAt === undefined ? chance.now - openedAt >= FIRST_EVENT_MS : chance.now - eventAt >= SILENCE_MS;
  return isSilent ? blocked(known, chance) : known;
}

function withPoll(known: Transport, now: number): Transport {
  const interval = pollInterval(known);
  if (interval === undefined || known.poll !== undefined) return known;
  // A tab that leads without a stream polls at once; others first give the tab that leads some time.
  const since = Math.max(known.heardAt ?? 0, known.polledAt, known.role === 'leader' ? 0 : known.roleSince);
  if (now - since < interval * (1 + known.spread)) return known;
  const id = known.lastId + 1;
  return { ...known, lastId: id, poll: { id } };
}

function pollInterval({ failures, heardAt, role }: Transport): number | undefined {
  switch (role) {
    case 'leader':
      return failures < FAILURES_BEFORE_POLLING ? undefined : POLL_MS.leader;
    case 'follower':
      return heardAt === undefined ? POLL_MS.joining : POLL_MS.follower;
    case 'hidden':
      return POLL_MS.hidden;
    case 'paused':
      return undefined;
  }
}
