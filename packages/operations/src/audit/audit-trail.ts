import type { PrismaClient } from '@plantcommunity/db';
import { type AuditRecord, auditAction, auditedCircuit, auditTarget } from './audit-record.ts';

/** The newest entries first. */
export async function readAuditTrail(client: PrismaClient, limit: number): Promise<AuditRecord[]> {
  const rows = await client.auditEntry.findMany({
    orderBy: { id: 'desc' },
    take: limit,
    include: { actor: { select: { email: true } } },
  });
  return rows.map(({ action, actor, actorId: _actorId, address, after, before, requestId, target, ...row }) => ({
    ...row,
    action: auditAction.parse(action),
    target: auditTarget.parse(target),
    before: auditedCircuit.parse(before),
    after: auditedCircuit.parse(after),
    ...(actor !== null && { actor: actor.email }),
    ...(requestId !== null && { requestId }),
    ...(address !== null && { address }),
  }));
}
