import { percentText } from '../../../lib/format/amounts.ts';
import { bothOrAll, capitalised, listText } from '../../../lib/format/list.ts';
import { displayNames, PROVIDER_NAMES } from '../../../lib/providers.ts';
import type { Overview, ProviderName } from '../../../lib/wire.ts';
import type { Feed } from '../live/feed.ts';
import { type ProviderState, providerState } from '../state/provider-state.ts';

/** States other than closed as predicates: of one provider, and of several. */
const PROBLEMS: Readonly<Record<Exclude<ProviderState, 'closed'>, { one: string; many: string }>> = {
  open: { one: 'has stopped answering', many: 'have stopped answering' },
  half_open: { one: 'is being tried again', many: 'are being tried again' },
  isolated: { one: 'is isolated', many: 'are isolated' },
  off: { one: 'is off', many: 'are off' },
  misconfigured: { one: 'rejects our key', many: 'reject our keys' },
  unpaid: { one: 'is unpaid', many: 'are unpaid' },
  used_up: { one: 'has no identifications left', many: 'have no identifications left' },
};

export interface Headline {
  /** The consequence for people, in one sentence; each part of our own system that fails adds one. */
  title: string;
  /** How many people get an answer, and from where. */
  note: string;
}

/** Returns the first two lines of `/admin`, written for a tired reader. */
export function headlineOf(overview: Overview, feed: Feed): Headline {
  if (feed.status === 'stale') {
    return { title: `No news since ${feed.sinceText}.`, note: 'This page may be out of date.' };
  }
  const failing = systemProblems(overview);
  const services = servicesText(overview);
  const isImpaired = services !== undefined || failing.length > 0;
  const sentences = [...(services === undefined ? [] : [services]), ...failing];
  const title = isImpaired ? sentences.join(' ') : `${capitalised(bothOrAll(PROVIDER_NAMES.length))} services answer.`;
  return { title, note: answersText(overview, isImpaired) };
}

/** Describes which providers do not answer, and what that means for people. Undefined while all of them answer. */
function servicesText(overview: Overview): string | undefined {
  const impaired = PROVIDER_NAMES.flatMap((provider) => {
    const state = providerState(provider, overview);
    return state === 'closed' ? [] : [{ provider, state }];
  });
  if (impaired.length === 0) return undefined;
  const groups = Map.groupBy(impaired, ({ state }) => state);
  const problems = [...groups].map(([state, group]) => {
    const { many, one } = PROBLEMS[state];
    return `${displayNames(group.map(({ provider }) => provider))} ${group.length === 1 ? one : many}`;
  });
  const working = PROVIDER_NAMES.filter((name) => impaired.every(({ provider }) => provider !== name));
  return `${listText(problems)}; ${consequence(working, groups)}.`;
}

function consequence(
  working: readonly ProviderName[],
  impaired: ReadonlyMap<ProviderState, readonly unknown[]>,
): string {
  const tried = impaired.get('half_open')?.length ?? 0;
  if (working.length === 0) {
    const until = tried === 0 ? '' : ` until ${tried === 1 ? 'it recovers' : 'they recover'}`;
    return `people get kept answers only${until}`;
  }
  const isOnlyTried = tried > 0 && impaired.size === 1;
  if (isOnlyTried) return `meanwhile ${displayNames(working)} ${working.length === 1 ? 'answers' : 'answer'}`;
  return `${displayNames(working)} ${working.length === 1 ? 'answers alone' : 'answer'}`;
}

/** Returns whether everything of our own works. */
export const isSystemWell = (overview: Overview): boolean => systemProblems(overview).length === 0;

const REDIS_PROBLEMS = {
  down: 'Redis is down',
  read_only: 'Redis is read-only',
  full: 'Redis is full',
  loading: 'Redis is still loading its data',
} as const;

/**
 * Describes which parts of our own system fail, with the consequence of each. The database is not among them: without it
 * there is no overview, and the page gets stale.
 */
function systemProblems({ alerts, dependencies, shared }: Overview): string[] {
  const redis = dependencies.redis.state;
  const redisProblem = redis === 'up' ? (shared ? undefined : REDIS_PROBLEMS.down) : REDIS_PROBLEMS[redis];
  const errors = alerts.items.find(({ rule, state }) => rule === 'server_errors' && state !== 'resolved');
  return [
    errors && `${percentText(errors.value)} of requests fail on our side.`,
    redisProblem && `${redisProblem}; people get a tenth of their limits, and a photo may be paid for twice.`,
    dependencies.photo_store.state === 'down' && 'Photos can’t be stored.',
  ].filter((sentence): sentence is string => typeof sentence === 'string');
}

/** Describes the recent answers: of all callers, or without Redis of the callers of this instance. */
function answersText({ answers, instances, shared }: Overview, isImpaired: boolean): string {
  const { cached, fresh, minutes, retry, stale } = answers;
  const all = cached + stale + fresh + retry;
  const isPart = !shared && instances?.known !== 1;
  const where = isPart ? ' at this instance' : '';
  if (all === 0) return `No one asked in the last ${minutes}\u00a0min${where}.`;
  const parts = [
    { count: fresh, how: 'fresh' },
    { count: cached, how: 'from cache' },
    { count: stale, how: 'stale' },
    { count: retry, how: 'had to wait' },
  ].filter(({ count }) => count > 0);
  const split = parts.map(({ count, how }) => `${shareText(count, all)} ${how}`).join(', ');
  return `${answeredText(all - retry, all, isImpaired)} Last ${minutes}\u00a0min${where}: ${split}.`;
}

function answeredText(answered: number, all: number, isImpaired: boolean): string {
  if (answered === all) return 'Everyone gets an answer.';
  if (answered === 0) return 'No one gets an answer.';
  return `${capitalised(shareText(answered, all))} of people ${isImpaired ? 'still ' : ''}get an answer.`;
}

/** Formats a part of all as a percentage; only the whole becomes "100 %". */
function shareText(part: number, all: number): string {
  return part < all && part / all >= 0.995 ? 'over 99\u00a0%' : percentText(part / all);
}
