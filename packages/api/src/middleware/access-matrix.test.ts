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
  'key with identify': { Authorization: 'Bearer plk_identify' },
  'key with read': { Authorization: 'Bearer plk_read' },
  'key with write': { Authorization: 'Bearer plk_write' },
  "admin's key with all scopes": { Authorization: 'Bearer plk_ada' },
} as const;
const CALLER_NAMES = Object.keys(CALLERS) as (keyof typeof CALLERS)[];
const MODES = ['development', 'production'] as const;

type Statuses = readonly (number | 'ok')[];

/** Answers to the API keys where none may call. */
const NO_KEY = [403, 403, 403, 403] as const;
const IDENTIFY_KEYS = ['ok', 403, 403, 'ok'] as const;

const everyone: Statuses = CALLER_NAMES.map(() => 'ok');
const signedIn: Statuses = [401, 401, 'ok', 'ok', 'ok', 'ok', ...NO_KEY];
const identifiers: Statuses = ['ok', 401, 'ok', 'ok', 'ok', 'ok', ...IDENTIFY_KEYS];
const signedInIdentifiers: Statuses = [401, 401, 'ok', 'ok', 'ok', 'ok', ...IDENTIFY_KEYS];
const readers: Statuses = [401, 401, 'ok', 'ok', 'ok', 'ok', 403, 'ok', 403, 'ok'];
const writers: Statuses = [401, 401, 'ok', 'ok', 'ok', 'ok', 403, 403, 'ok', 'ok'];
/** Access to Anna's data; the administrator is not Anna. */
const readingOwner: Statuses = [401, 401, 'ok', 'ok', 404, 404, 403, 'ok', 403, 404];
const writingOwner: Statuses = [401, 401, 'ok', 'ok', 404, 404, 403, 403, 'ok', 404];
const signedInOwner: Statuses = [401, 401, 'ok', 'ok', 404, 404, ...NO_KEY];
const administrators: Statuses = [404, 404, 404, 404, 'ok', 'ok', ...NO_KEY];

/** Responses to each caller, in the order of the callers: in development, then in production if it differs. */
const EXPECTED: Readonly<Record<string, readonly [development: Statuses, production?: Statuses]>> = {
  'plantIdentification.identify': [identifiers, signedInIdentifiers],
  'plantIdentification.progress': [identifiers, signedInIdentifiers],
  'plantIdentification.health': [everyone],
  'plantIdentification.history': [readers],
  'plantIdentification.identification': [readingOwner],
  'plantIdentification.giveFeedback': [writingOwner],
  'plantIdentification.photo': [readingOwner],
  'plantIdentification.exportJson': [readers],
  'plantIdentification.exportZip': [readers],
  'plantIdentification.delete': [writingOwner],
  'plantIdentification.deleteAll': [writers],
  'plantIdentification.restore': [writingOwner],
  'plantIdentification.restoreAll': [writers],
  'auth.register': [everyone],
  'auth.token': [everyone],
  'auth.refresh': [everyone],
  'auth.revoke': [everyone],
  'auth.me': [signedIn],
  'apiKeys.create': [signedIn],
  'apiKeys.list': [signedIn],
  'apiKeys.get': [signedInOwner],
  'apiKeys.revoke': [signedInOwner],
  'account.changePassword': [signedIn],
  'account.signOutEverywhere': [signedIn],
  'account.delete': [signedIn],
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
