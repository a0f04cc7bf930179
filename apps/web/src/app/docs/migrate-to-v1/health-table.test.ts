import { apiUnderTest } from '@plantcommunity/api/testing';
import { describe, expect, it } from 'vitest';
import { ERROR_FIELDS, HEALTH_FIELDS, HEALTH_TABLE } from './health-table.ts';

const ORIGIN = 'http://localhost:3000';
const HEALTH = 'plant-identification/identify/health';
const IDENTIFY = 'plant-identification/identify';
const STATES = ['closed', 'open', 'half_open', 'isolated', 'misconfigured', 'off'] as const;

interface Circuit {
  state: (typeof STATES)[number];
  outOfQuota: boolean;
}

interface Situation {
  circuits: readonly [Circuit, Circuit];
  redis: boolean;
  database: boolean;
}

const circuits = STATES.flatMap((state) => [false, true].map((outOfQuota) => ({ state, outOfQuota })));
const situations: readonly Situation[] = circuits.flatMap((one) =>
  circuits.flatMap((other) =>
    [true, false].flatMap((redis) =>
      [true, false].map((database): Situation => ({ circuits: [one, other], redis, database })),
    ),
  ),
);

const isClosed = ({ outOfQuota, state }: Circuit) => state === 'closed' && !outOfQuota;
const isHalfOpen = ({ outOfQuota, state }: Circuit) => state === 'half_open' && !outOfQuota;

/** Which situations the words of each row name. */
const FITS: Readonly<Record<(typeof HEALTH_TABLE)[number]['state'], (situation: Situation) => boolean>> = {
  'Database away': ({ database }) => !database,
  'No circuit closed, none half-open': (situation) =>
    !situation.circuits.some((circuit) => isClosed(circuit) || isHalfOpen(circuit)),
  'No circuit closed, at least one half-open': (situation) =>
    !situation.circuits.some(isClosed) && situation.circuits.some(isHalfOpen),
  'Redis away': ({ redis }) => !redis,
  'One closed, the other open, half-open, isolated, out of quota or misconfigured': (situation) =>
    situation.circuits.filter((circuit) => !isClosed(circuit) && circuit.state !== 'off').length === 1,
  'One closed, the other service off because it has no key': (situation) =>
    situation.circuits.some(({ state }) => state === 'off'),
  'Both circuits closed': (situation) => situation.circuits.every(isClosed),
};

/** The APIs of all situations share one, whose services a test sets: making one takes long. */
let current: Situation | undefined;
const { api } = apiUnderTest({
  service: {
    async health() {
      const { circuits: [plantId, plantnet] = [], database = true, redis = true } = current ?? {};
      const provider = ({ outOfQuota, state }: Circuit = { state: 'closed', outOfQuota: false }) => ({
        state,
        available: state === 'closed',
        failCount: 0,
        failMax: 3,
        ...(outOfQuota && { outOfQuota: true as const }),
      });
      return { providers: { plant_id: provider(plantId), plantnet: provider(plantnet) }, redis, database };
    },
  },
});

async function healthOf(base: string, situation?: Situation) {
  current = situation;
  const address = `192.0.2.${situations.indexOf(situation ?? ({} as Situation)) % 250}`;
  const answer = await api.rest(new Request(`${ORIGIN}${base}/${HEALTH}`, { headers: { 'X-Forwarded-For': address } }));
  return { http: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** The names of all members without members, joined by dots. */
function namesOf(value: unknown, start = ''): string[] {
  if (typeof value !== 'object' || value === null) return [start];
  return Object.entries(value).flatMap(([name, member]) => namesOf(member, start === '' ? name : `${start}.${name}`));
}

describe('the migration page', () => {
  it.each(['/api', '/api/v1'])('has the status of health under %s for every state of the services', async (base) => {
    const differences: unknown[] = [];
    for (const situation of situations) {
      const row = HEALTH_TABLE.find(({ state }) => FITS[state](situation));
      // oxlint-disable-next-line no-await-in-loop -- all share one API
      const { body, http } = await healthOf(base, situation);
      if (row?.http !== http || row.status !== body['status']) differences.push({ situation, row, http, body });
    }
    expect(differences).toEqual([]);
  });

  it.each(['/api', '/api/v1'])('names every member of health under %s', async (base) => {
    const { body } = await healthOf(base);
    expect(HEALTH_FIELDS.map(({ name }) => name).toSorted()).toEqual(namesOf(body).toSorted());
  });

  it('names the members of errors before and after', async () => {
    const membersOf = async (path: string, init: RequestInit) =>
      Object.keys((await (await api.rest(new Request(ORIGIN + path, init))).json()) as object).toSorted();
    const upload = { method: 'POST', body: 'no upload' };
    const registration = { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } };
    expect({
      before: {
        upload: await membersOf(`/api/${IDENTIFY}`, upload),
        other: await membersOf('/api/auth/register', registration),
      },
      after: await membersOf('/api/v1/auth/register', registration),
    }).toEqual({
      before: {
        upload: ERROR_FIELDS.before.upload.toSorted(),
        other: ERROR_FIELDS.before.other.toSorted(),
      },
      after: ERROR_FIELDS.after.toSorted(),
    });
  });
});
