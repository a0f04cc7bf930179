import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allProcedures, type ProcedureRoute } from '../testing/all-procedures.ts';
import { apiUnderTest } from '../testing/api-under-test.ts';
import { ownedBy } from '../testing/owned-by.ts';
import { samples } from '../testing/samples.ts';
import { streamEvents } from '../testing/stream-events.ts';

const own = { 'Sec-Fetch-Site': 'same-origin' };
const CALLERS = {
  anonymous: own,
  // Whose cookie would do, were it looked at.
  'bad token': { ...own, Authorization: 'Bearer bad', Cookie: 'session=ada' },
  user: { ...own, Cookie: 'session=anna' },
  "user's token": { Authorization: 'Bearer anna' },
  admin: { ...own, Cookie: 'session=ada' },
  "admin's token": { Authorization: 'Bearer ada' },
} as const;
const CALLER_NAMES = Object.keys(CALLERS) as (keyof typeof CALLERS)[];
const MODES = ['development', 'production'] as const;

type Statuses = readonly (number | 'ok')[];

const everybody: Statuses = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok'];
const whoIsSignedIn: Statuses = [401, 401, 'ok', 'ok', 'ok', 'ok'];
const whoIdentifies: Statuses = ['ok', 401, 'ok', 'ok', 'ok', 'ok'];
/** What is Anna's; the administrator is not Anna. */
const itsOwner: Statuses = [401, 401, 'ok', 'ok', 404, 404];
const administrators: Statuses = [404, 404, 404, 404, 'ok', 'ok'];

/** What each caller is answered, in the order of the callers: in development, then in production where it differs. */
const EXPECTED: Readonly<Record<string, readonly [development: Statuses, production?: Statuses]>> = {
  'plantIdentification.identify': [whoIdentifies, whoIsSignedIn],
  'plantIdentification.progress': [whoIdentifies, whoIsSignedIn],
  'plantIdentification.health': [everybody],
  'plantIdentification.history': [whoIsSignedIn],
  'plantIdentification.identification': [itsOwner],
  'plantIdentification.photo': [itsOwner],
  'auth.register': [everybody],
  'auth.token': [everybody],
  'auth.refresh': [everybody],
  'auth.revoke': [everybody],
  'auth.me': [whoIsSignedIn],
  'account.changePassword': [whoIsSignedIn],
  'account.signOutEverywhere': [whoIsSignedIn],
  'account.remove': [whoIsSignedIn],
  'admin.circuits.overview': [administrators],
  'admin.circuits.watch': [administrators],
  'admin.circuits.isolate': [administrators],
  'admin.circuits.release': [administrators],
  'admin.circuits.reset': [administrators],
  'admin.audit.list': [administrators],
};

const cases = MODES.flatMap((mode) =>
  allProcedures.flatMap((way) => CALLER_NAMES.map((caller, column) => ({ ...way, way, mode, caller, column }))),
);

/** By way in, then mode and caller: what was answered. */
const table = new Map<ProcedureRoute, Map<string, number>>(
  allProcedures.map((way) => [way, new Map<string, number>()]),
);

describe('who may do what', () => {
  it('is said of every procedure and endpoint, and of nothing else', () => {
    const ways = new Set(allProcedures.map(({ procedure }) => procedure));
    expect([...ways].toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
    expect([...ways].toSorted()).toEqual(Object.keys(samples).toSorted());
  });

  it.each(cases)('$procedure, $namespace over $over, $mode, $caller', async ({ way, mode, caller, column }) => {
    const { api } = apiUnderTest({ config: { mode }, service: ownedBy('anna') });
    const answer = await way.call(api, samples[way.procedure]?.(), CALLERS[caller]);
    const status = await statusOf(answer);
    table.get(way)?.set(`${mode} ${caller}`, status);
    const [development, production = development] = EXPECTED[way.procedure] ?? [];
    const expected = (mode === 'development' ? development : production)?.[column];
    expect(status).toBe(expected === 'ok' ? way.success : expected);
    expect(answer.headers.has('deprecation')).toBe(way.namespace === 'legacy');
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });

  afterAll(() => {
    process.stdout.write(`\n${printed()}\n`);
  });
});

const refusal = z.object({ data: z.object({ status: z.int() }) });

/** A stream is answered 200 before it is refused: the status is then in its first event. */
async function statusOf(answer: Response): Promise<number> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.status;
  const events = await streamEvents(Promise.resolve(answer));
  const refused = events.find(({ event }) => event === 'serialized-error');
  return refused === undefined ? answer.status : refusal.parse(refused.data).data.status;
}

/** All of it, one line a way in; the callers in their order, first in development, then in production. */
function printed(): string {
  const rows = [...table].map(([{ namespace, over, policy, procedure }, statuses]) => {
    const inMode = (mode: string) => CALLER_NAMES.map((caller) => statuses.get(`${mode} ${caller}`) ?? '-').join(' ');
    return [`${namespace}.${procedure}`, over, String(policy), ...MODES.map(inMode)];
  });
  const lines = [['', 'over', 'policy', ...MODES], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`Each for: ${CALLER_NAMES.join(', ')}`, ...text].join('\n');
}
