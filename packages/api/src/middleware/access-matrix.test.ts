import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allProcedures } from '../testing/all-procedures.ts';
import { apiUnderTest } from '../testing/api-under-test.ts';
import { ownedBy } from '../testing/owned-by.ts';
import { samples } from '../testing/samples.ts';
import { streamEvents } from '../testing/stream-events.ts';

const own = { 'Sec-Fetch-Site': 'same-origin' };
const CALLERS = {
  anonymous: own,
  // The cookie would be valid, but a Bearer token takes precedence.
  'bad token': { ...own, Authorization: 'Bearer bad', Cookie: 'session=ada' },
  user: { ...own, Cookie: 'session=anna' },
  "user's token": { Authorization: 'Bearer anna' },
  admin: { ...own, Cookie: 'session=ada' },
  "admin's token": { Authorization: 'Bearer ada' },
} as const;
const CALLER_NAMES = Object.keys(CALLERS) as (keyof typeof CALLERS)[];
const MODES = ['development', 'production'] as const;

type Statuses = readonly (number | 'ok')[];

const everyone: Statuses = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok'];
const signedIn: Statuses = [401, 401, 'ok', 'ok', 'ok', 'ok'];
const identifiers: Statuses = ['ok', 401, 'ok', 'ok', 'ok', 'ok'];
/** Access to Anna's data; the administrator is not Anna. */
const owner: Statuses = [401, 401, 'ok', 'ok', 404, 404];
const administrators: Statuses = [404, 404, 404, 404, 'ok', 'ok'];

/** Responses to each caller, in the order of the callers: in development, then in production if it differs. */
const EXPECTED: Readonly<Record<string, readonly [development: Statuses, production?: Statuses]>> = {
  'plantIdentification.identify': [identifiers, signedIn],
  'plantIdentification.progress': [identifiers, signedIn],
  'plantIdentification.health': [everyone],
  'plantIdentification.history': [signedIn],
  'plantIdentification.identification': [owner],
  'plantIdentification.photo': [owner],
  'auth.register': [everyone],
  'auth.token': [everyone],
  'auth.refresh': [everyone],
  'auth.revoke': [everyone],
  'auth.me': [signedIn],
  'account.changePassword': [signedIn],
  'account.signOutEverywhere': [signedIn],
  'account.remove': [signedIn],
  'signInLink.open': [everyone],
  'signInLink.use': [everyone],
  'admin.overview.get': [administrators],
  'admin.overview.watch': [administrators],
  'admin.circuits.isolate': [administrators],
  'admin.circuits.release': [administrators],
  'admin.circuits.reset': [administrators],
  'admin.alerts.list': [administrators],
  'admin.alerts.acknowledge': [administrators],
  'admin.audit.list': [administrators],
  'admin.users.list': [administrators],
  'admin.users.get': [administrators],
  'admin.users.setTier': [administrators],
  'admin.users.setRole': [administrators],
  'admin.users.disable': [administrators],
  'admin.users.enable': [administrators],
  'admin.users.makeSignInLink': [administrators],
};

const cases = MODES.flatMap((mode) =>
  allProcedures.flatMap((route) => CALLER_NAMES.map((caller, column) => ({ ...route, route, mode, caller, column }))),
);

describe('access', () => {
  it('is defined for every procedure and for nothing else', () => {
    const names = new Set(allProcedures.map(({ procedure }) => procedure));
    expect([...names].toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
    expect([...names].toSorted()).toEqual(Object.keys(samples).toSorted());
  });

  it.each(cases)('$procedure, $namespace over $over, $mode, $caller', async ({ route, mode, caller, column }) => {
    const { api } = apiUnderTest({ config: { mode }, service: ownedBy('anna') });
    const answer = await route.call(api, samples[route.procedure]?.(), CALLERS[caller]);
    const status = await statusOf(answer);
    const [development, production = development] = EXPECTED[route.procedure] ?? [];
    const expected = (mode === 'development' ? development : production)?.[column];
    expect(status).toBe(expected === 'ok' ? route.success : expected);
    expect(answer.headers.has('deprecation')).toBe(route.namespace === 'legacy');
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });
});

const refusal = z.object({ data: z.object({ status: z.int() }) });

/** A stream answers 200 before it is refused, so the status is in its first event. */
async function statusOf(answer: Response): Promise<number> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.status;
  const events = await streamEvents(Promise.resolve(answer));
  const refused = events.find(({ event }) => event === 'serialized-error');
  return refused === undefined ? answer.status : refusal.parse(refused.data).data.status;
}
