import type { Prisma } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { decodeTime, monotonicFactory } from 'ulid';
import type { Operator } from '../operator.ts';
import type { AuditAction, AuditChange } from './audit-entry.ts';

/** A change to record. `by` is absent for a change that no person made; `reason` is empty when none is asked for. */
export type NewAuditEntry = AuditChange & { reason: string; by?: Operator };

/** Writes the audit trail. Entries are never updated or deleted. One per process, so that its ids ascend. */
export class AuditTrail {
  readonly #clock: Clock;
  readonly #nextId = monotonicFactory();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Records a change in the transaction that makes it, so that neither exists without the other. Lock the target in that
   * transaction first: then entries about it are in the order of the changes, also when the clocks of instances differ.
   */
  async write(transaction: Prisma.TransactionClient, entry: NewAuditEntry): Promise<void> {
    const { action, after, before, by, reason, target } = entry;
    const now = this.#clock.now();
    const last = await lastAuditEntry(transaction, target);
    await transaction.auditEntry.create({
      data: {
        id: this.#nextId(Math.max(now, last === undefined ? now : decodeTime(last.id) + 1)),
        at: new Date(now),
        action,
        target,
        reason,
        before,
        after,
        ...(by && { actorId: by.userId, requestId: by.requestId, address: by.address ?? null }),
      },
      select: { id: true },
    });
  }
}

/** Returns the newest entry, or the newest of an action, about a provider or about the user or alert with an id. */
export async function lastAuditEntry(
  client: Prisma.TransactionClient,
  target: string,
  action?: AuditAction,
): Promise<{ id: string; action: string; reason: string } | undefined> {
  const entry = await client.auditEntry.findFirst({
    where: { target, ...(action !== undefined && { action }) },
    orderBy: { id: 'desc' },
    select: { id: true, action: true, reason: true },
  });
  return entry ?? undefined;
}
