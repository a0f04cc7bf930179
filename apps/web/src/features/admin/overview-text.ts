import { bothOrAll, capitalised } from '../../lib/format/list.ts';
import { displayNames, PROVIDER_NAMES } from '../../lib/providers.ts';
import type { AuditEntry, CircuitState, CircuitsOverview } from '../../lib/wire.ts';

/** States other than closed as predicates: of one provider, and of several. */
const PROBLEMS: Readonly<Record<Exclude<CircuitState, 'closed'>, { one: string; many: string }>> = {
  open: { one: 'is open', many: 'are open' },
  half_open: { one: 'is being tried again', many: 'are being tried again' },
  isolated: { one: 'is isolated', many: 'are isolated' },
  off: { one: 'is off', many: 'are off' },
  misconfigured: { one: 'refuses our key', many: 'refuse our keys' },
};

/** Returns the heading of the admin page: all problems in a few words. */
export function headlineText({ circuits, shared }: Pick<CircuitsOverview, 'circuits' | 'shared'>): string {
  const sentences = shared ? [] : ['Redis is down.'];
  const impaired = PROVIDER_NAMES.flatMap((provider) => {
    const { state } = circuits[provider];
    return state === 'closed' ? [] : [{ provider, state }];
  });
  const working = PROVIDER_NAMES.filter((name) => circuits[name].state === 'closed');
  if (impaired.length === 0) sentences.push(`${capitalised(bothOrAll(working.length))} services answer.`);
  for (const [state, group] of Map.groupBy(impaired, (each) => each.state)) {
    const { one, many } = PROBLEMS[state];
    sentences.push(`${displayNames(group.map(({ provider }) => provider))} ${group.length === 1 ? one : many}.`);
  }

  const isAnyTried = impaired.some(({ state }) => state === 'half_open');
  if (working.length === 0 && !isAnyTried) sentences.push('Only kept answers are given.');
  if (impaired.length > 0 && working.length > 0) {
    const verb = working.length > 1 ? 'answer' : isAnyTried ? 'answers' : 'answers alone';
    sentences.push(`${displayNames(working)} ${verb}.`);
  }
  return sentences.join(' ');
}

/** Describes the recent answers: of all callers, or without Redis those of this instance. */
export function trafficText({ answers, shared }: Pick<CircuitsOverview, 'answers' | 'shared'>): string {
  const { cached, fresh, minutes, stale, waiting } = answers;
  const all = cached + stale + fresh + waiting;
  const when = `${shared ? 'In' : 'At this instance in'} the last ${minutes}\u00a0min`;
  if (all === 0) return `${when} no one asked.`;
  if (waiting === all) return `${when} everybody was asked to wait.`;

  const share = (count: number) => `${Math.round((count / all) * 100)}\u00a0%`;
  const [first, ...others] = [
    { count: cached, how: 'from cache' },
    { count: stale, how: 'stale' },
    { count: fresh, how: 'fresh' },
  ]
    .filter(({ count }) => count > 0)
    .map(({ count, how }) => ({ of: share(count), how }));
  const got = [`${first?.of} of answers ${first?.how}`, ...others.map(({ how, of }) => `${of} ${how}`)].join(', ');
  return `${when} people got ${got}${waiting === 0 ? '.' : `; ${share(waiting)} were asked to wait.`}`;
}

/** Formats 1284 as "1,284". */
export function countText(count: number): string {
  return count.toLocaleString('en-GB');
}

/** Formats "3 of 3 instances": how many see what this one shows. Undefined without Redis, when others are unknown. */
export function instancesText(instances: CircuitsOverview['instances']): string | undefined {
  if (instances === undefined) return undefined;
  const { agree, known } = instances;
  const counted = `${agree} of ${known} ${known === 1 ? 'instance' : 'instances'}`;
  return agree === known ? counted : `${counted} ${agree === 1 ? 'sees' : 'see'} this`;
}

/** Merges the list that was fetched with the newest entries of the feed, newest first and without duplicates. */
export function mergeEntries(older: readonly AuditEntry[], newest: readonly AuditEntry[]): AuditEntry[] {
  const known = new Set(newest.map(({ id }) => id));
  return [...newest, ...older.filter(({ id }) => !known.has(id))];
}
