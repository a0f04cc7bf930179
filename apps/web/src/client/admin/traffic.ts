import type { CircuitsOverview } from '../../lib/wire.ts';

/** What people got of late: of everybody when this is the only instance, else of those who asked here. */
export function traffic({ answers, instances }: Pick<CircuitsOverview, 'answers' | 'instances'>): string {
  const { cached, fresh, minutes, stale, waiting } = answers;
  const all = cached + stale + fresh + waiting;
  const when = `${instances?.known === 1 ? 'In' : 'At this instance in'} the last ${minutes}\u00a0min`;
  if (all === 0) return `${when} nobody asked.`;
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

/** 1284 -> "1,284". */
export function grouped(count: number): string {
  return count.toLocaleString('en-GB');
}
