import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.ts';
import { listAudit } from '../audit/list-audit.ts';
import { OverrideStore } from './store.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  const user = { email: 'ada@example.org', passwordHash: '-', role: 'admin', createdAt: new Date() } as const;
  await database.client.user.create({ data: { id: 'ada', ...user } });
});
afterAll(() => database.close());

it('an override store keeps the order of overrides when the clock of the second instance is an hour behind', async () => {
  const clock = new FakeClock();
  const clockAhead = new FakeClock(clock.now() + 3_600_000);
  const ahead = new OverrideStore(database.client, clockAhead, new AuditTrail(clockAhead));
  const behind = new OverrideStore(database.client, clock, new AuditTrail(clock));
  const by = { userId: 'ada', requestId: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3' };
  const override = { provider: 'plant_id', reason: 'Their status page says outage.' } as const;
  await ahead.isolate(by, override, 'closed');
  await behind.release(by, { ...override, reason: 'It was the wrong one.' });
  expect(await ahead.releaseReason('plant_id')).toBe('It was the wrong one.');
  const { entries } = await listAudit(database.client, { limit: 10 });
  const actions = entries.map(({ action }) => action);
  expect(actions).toEqual(['circuit.release', 'circuit.isolate']);
});
