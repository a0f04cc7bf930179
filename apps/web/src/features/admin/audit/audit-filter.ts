import type { AuditEntry } from '../../../lib/wire.ts';
import { type PageQuery, queryOf, textIn } from '../list/list-query.ts';

type Action = AuditEntry['action'];

/** Actions by the kind of their target, with the words that the filter has for them. */
export const AUDIT_ACTION_GROUPS: readonly {
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

/** The fields of the filter, as the query of the page has them. `action` is one action or the id of a group; a day is a day of UTC, such as `2026-11-22`. */
const FIELDS = ['who', 'action', 'target', 'from', 'to', 'reason'] as const;
type Field = (typeof FIELDS)[number];

export type AuditFilter = Readonly<Partial<Record<Field, string>>>;

/** Reads the filter of a query. Empty fields, and those that say nothing the filter knows, are left out. */
export function readAuditFilter(query: PageQuery): AuditFilter {
  const text = (field: Field) => textIn(query, field);
  const action = text('action');
  const days = { from: text('from'), to: text('to') };
  const found = {
    who: text('who'),
    action: action !== undefined && actionsOf(action).length > 0 ? action : undefined,
    target: text('target'),
    from: startOfDay(days.from) === undefined ? undefined : days.from,
    to: startOfDay(days.to) === undefined ? undefined : days.to,
    reason: text('reason'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** Returns the query that leads to a filter again, such as `?who=ada`; empty for none. */
export function auditFilterQuery(filter: AuditFilter, cursor?: string): string {
  return queryOf({ ...Object.fromEntries(FIELDS.map((field) => [field, filter[field]])), cursor });
}

/** Returns the input of `admin.audit.list`. */
export function auditFilterInput({ action, from, reason, target, to, who }: AuditFilter) {
  const first = startOfDay(from);
  const last = startOfDay(to);
  return {
    who,
    target,
    reason,
    ...(action !== undefined && { actions: [...actionsOf(action)] }),
    ...(first !== undefined && { from: first.toISOString() }),
    // The last day is part of the list.
    ...(last !== undefined && { to: new Date(last.getTime() + DAY_MS).toISOString() }),
  };
}

const DAY_MS = 86_400_000;

/** Returns the actions of a choice: one action, or the id of a group. */
function actionsOf(choice: string): readonly Action[] {
  return AUDIT_ACTION_GROUPS.flatMap(({ actions, id }) => {
    const all = actions.map(({ action }) => action);
    return choice === id ? all : all.filter((action) => action === choice);
  });
}

function startOfDay(day: string | undefined): Date | undefined {
  if (day === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const start = new Date(`${day}T00:00:00.000Z`);
  // A day that no month has is read as one of the next month.
  return !Number.isNaN(start.getTime()) && start.toISOString().startsWith(day) ? start : undefined;
}
