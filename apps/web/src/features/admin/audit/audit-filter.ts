import type { AuditEntry } from '../../../lib/wire.ts';

type Action = AuditEntry['action'];

/** Actions by the kind of their target, with the words that the filter has for them. */
export const ACTION_GROUPS: readonly {
  id: string;
  name: string;
  actions: readonly { action: Action; name: string }[];
}[] = [
  {
    id: 'circuit',
    name: 'Providers',
    actions: [
      { action: 'circuit.isolate', name: 'Isolated' },
      { action: 'circuit.release', name: 'Released' },
      { action: 'circuit.reset', name: 'Reset' },
      { action: 'circuit.expire', name: 'Isolation ended' },
    ],
  },
  {
    id: 'user',
    name: 'Users',
    actions: [
      { action: 'user.set_tier', name: 'Tier changed' },
      { action: 'user.set_role', name: 'Role changed' },
      { action: 'user.disable', name: 'Disabled' },
      { action: 'user.enable', name: 'Enabled' },
      { action: 'user.make_sign_in_link', name: 'Sign-in link made' },
      { action: 'user.use_sign_in_link', name: 'Sign-in link used' },
    ],
  },
  { id: 'alert', name: 'Alerts', actions: [{ action: 'alert.acknowledge', name: 'Acknowledged' }] },
];

/** The fields of the filter, as the query of the page has them; a day is a day of UTC, such as `2026-11-22`. */
const FIELDS = ['who', 'what', 'about', 'from', 'to', 'reason'] as const;
type Field = (typeof FIELDS)[number];

export type AuditFilter = Readonly<Partial<Record<Field, string>>>;

/** The query of a page, as Next reads it. */
export type Query = Readonly<Record<string, string | string[] | undefined>>;

const MAX_TEXT = 200;

/** Reads the filter of a query. Empty fields, and those that say nothing the filter knows, are left out. */
export function readFilter(query: Query): AuditFilter {
  const text = (name: Field) => {
    const value = query[name];
    const trimmed = typeof value === 'string' ? value.trim().slice(0, MAX_TEXT) : '';
    return trimmed === '' ? undefined : trimmed;
  };
  const what = text('what');
  const days = { from: text('from'), to: text('to') };
  const found = {
    who: text('who'),
    what: what !== undefined && actionsOf(what).length > 0 ? what : undefined,
    about: text('about'),
    from: startOfDay(days.from) === undefined ? undefined : days.from,
    to: startOfDay(days.to) === undefined ? undefined : days.to,
    reason: text('reason'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** Returns the query that leads to a filter again, such as `?who=ada`; empty for none. */
export function filterQuery(filter: AuditFilter, cursor?: string): string {
  const query = new URLSearchParams();
  for (const field of FIELDS) {
    const value = filter[field];
    if (value !== undefined) query.set(field, value);
  }
  if (cursor !== undefined) query.set('cursor', cursor);
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** Returns the input of `admin.audit.list`. */
export function filterInput({ about, from, reason, to, what, who }: AuditFilter) {
  const first = startOfDay(from);
  const last = startOfDay(to);
  return {
    who,
    target: about,
    text: reason,
    ...(what !== undefined && { actions: [...actionsOf(what)] }),
    ...(first !== undefined && { from: first.toISOString() }),
    // The last day is part of the list.
    ...(last !== undefined && { to: new Date(last.getTime() + DAY_MS).toISOString() }),
  };
}

const DAY_MS = 86_400_000;

/** Returns the actions of a choice: one action, or the id of a group. */
function actionsOf(what: string): readonly Action[] {
  return ACTION_GROUPS.flatMap(({ actions, id }) => {
    const all = actions.map(({ action }) => action);
    return what === id ? all : all.filter((action) => action === what);
  });
}

function startOfDay(day: string | undefined): Date | undefined {
  if (day === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const start = new Date(`${day}T00:00:00.000Z`);
  // A day that no month has is read as one of the next month.
  return !Number.isNaN(start.getTime()) && start.toISOString().startsWith(day) ? start : undefined;
}
