import type { Prisma, PrismaClient } from '@plantcommunity/db';
import type { ProviderName } from '@plantcommunity/identification';
import { z } from 'zod';

const actionSchema = z.enum(['circuit.isolate', 'circuit.release', 'circuit.reset', 'circuit.expire']);
export type AuditAction = z.infer<typeof actionSchema>;

const circuitSchema = z.object({
  state: z.enum(['closed', 'open', 'half_open', 'isolated']),
  until: z.iso.datetime().optional(),
});

/** A circuit as the audit trail stores it: its state and the end of an isolation that ends by itself. */
export type AuditedCircuit = z.infer<typeof circuitSchema>;

/** An entry of the audit trail: which operator changed which circuit, when and why. */
export interface AuditRecord {
  /** ULID. */
  id: string;
  at: Date;
  /** E-mail address; absent for an isolation that expired. */
  actor?: string;
  action: AuditAction;
  target: ProviderName;
  reason: string;
  before: AuditedCircuit;
  after: AuditedCircuit;
  requestId?: string;
  address?: string;
}

/** Returns the last `limit` entries about `providers`, newest first. */
export async function readAuditTrail(
  client: PrismaClient,
  providers: readonly ProviderName[],
  limit: number,
): Promise<AuditRecord[]> {
  const targetSchema = z.enum(providers);
  const rows = await client.auditEntry.findMany({
    orderBy: { id: 'desc' },
    take: limit,
    include: { actor: { select: { email: true } } },
  });
  return rows.map(({ action, actor, actorId: _actorId, address, after, before, requestId, target, ...row }) => ({
    ...row,
    action: actionSchema.parse(action),
    target: targetSchema.parse(target),
    before: circuitSchema.parse(before),
    after: circuitSchema.parse(after),
    ...(actor !== null && { actor: actor.email }),
    ...(requestId !== null && { requestId }),
    ...(address !== null && { address }),
  }));
}

/** Returns the newest entry about `provider`. */
export async function lastAuditEntry(
  client: Prisma.TransactionClient,
  provider: ProviderName,
): Promise<{ id: string; action: string; reason: string } | undefined> {
  const entry = await client.auditEntry.findFirst({
    where: { target: provider },
    orderBy: { id: 'desc' },
    select: { id: true, action: true, reason: true },
  });
  return entry ?? undefined;
}
