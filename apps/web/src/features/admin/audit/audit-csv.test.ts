import { expect, it } from 'vitest';
import { auditEntry } from '../testing/audit-entry.ts';
import { auditCsv } from './audit-csv.ts';

it('the exported audit trail has a heading and one row for each entry of each page', async () => {
  const { actor: _actor, ...byTime } = auditEntry;
  const pages = new Map([
    [undefined, { items: [{ ...auditEntry, request_id: '6f1c', address: '203.0.113.7' }], next_cursor: '01J' }],
    ['01J', { items: [{ ...byTime, reason: '=cmd|calc, "now"' }] }],
  ]);
  const parts: string[] = [];
  const read = async (cursor: string | undefined) => pages.get(cursor) ?? { items: [] };
  for await (const part of auditCsv({ isAllowed: async () => true, read })) parts.push(part);
  expect(parts).toEqual([
    '\uFEFFat_utc,who,action,what,target,target_email,reason,before,after,request_id,address\r\n',
    '2026-11-22T01:22:11.312Z,ada@example.org,circuit.isolate,"Isolated Pl@ntNet, 15 min",plantnet,,' +
      '"502 from every call, status page says outage",half-open,isolated,6f1c,203.0.113.7\r\n',
    '2026-11-22T01:22:11.312Z,,circuit.isolate,"Isolated Pl@ntNet, 15 min",plantnet,,"\'=cmd|calc, ""now""",' +
      'half-open,isolated,,\r\n',
  ]);
});

it('the export of the audit trail breaks off once the person is no admin any more, and reads no further page', async () => {
  let isAdmin = true;
  const cursors: (string | undefined)[] = [];
  const parts = auditCsv({
    isAllowed: async () => isAdmin,
    async read(cursor) {
      cursors.push(cursor);
      return { items: [auditEntry], next_cursor: '01J' };
    },
  });
  await parts.next();
  expect((await parts.next()).value).toContain('ada@example.org');
  isAdmin = false;
  await expect(parts.next()).rejects.toThrow('no longer an admin');
  expect(cursors).toEqual([undefined]);
});
