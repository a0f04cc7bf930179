import type { Prisma, PrismaClient } from '@plantcommunity/db';
import type { ProviderName } from '@plantcommunity/identification';
import type { CircuitStatus, Clock } from '@plantcommunity/resilience';
import { monotonicFactory } from 'ulid';
import type { AuditAction, AuditedCircuit } from '../audit/audit-entry.ts';
import { type AuditTrail, lastAuditEntry } from '../audit/audit-trail.ts';
import { OperationsError } from '../operations-error.ts';
import type { Operator } from '../operator.ts';
import { requireReason } from '../reason.ts';

export interface Override {
  provider: ProviderName;
  /** 10 to 500 characters; kept in the audit trail. */
  reason: string;
}

/** An override that has not ended. */
export interface ActiveOverride {
  id: string;
  action: 'isolate' | 'reset';
  reason: string;
  until?: Date;
  /** E-mail address. */
  by: string;
  createdAt: Date;
}

const CLOSED: AuditedCircuit = { state: 'closed' };

/** Stores overrides in PostgreSQL, each in one transaction with its audit entry. */
export class OverrideStore {
  readonly #client: PrismaClient;
  readonly #clock: Clock;
  readonly #audit: AuditTrail;
  readonly #nextId = monotonicFactory();

  constructor(client: PrismaClient, clock: Clock, audit: AuditTrail) {
    this.#client = client;
    this.#clock = clock;
    this.#audit = audit;
  }

  active(provider: ProviderName): Promise<ActiveOverride | undefined> {
    return activeOverride(this.#client, provider);
  }

  /** Returns why an operator released the last isolation; undefined when it expired. */
  async releaseReason(provider: ProviderName): Promise<string | undefined> {
    const last = await lastAuditEntry(this.#client, provider);
    const released: AuditAction = 'circuit.release';
    return last?.action === released ? last.reason : undefined;
  }

  /** `state` is the circuit's state before the override. @throws {OperationsError} `invalid_reason`, `invalid_end` */
  async isolate(by: Operator, override: Override & { until?: Date }, state: CircuitStatus): Promise<void> {
    const reason = requireReason(override.reason);
    const { provider, until } = override;
    if (until !== undefined && !(until.getTime() > this.#clock.now())) {
      throw new OperationsError('invalid_end');
    }
    await this.#serialize(provider, async (transaction, active) => {
      await this.#end(transaction, provider);
      await this.#insert(transaction, { provider, action: 'isolate', reason, by, ...(until && { until }) });
      const before = auditedBefore(active, state);
      const after = audited('isolated', until);
      await this.#audit.write(transaction, { target: provider, action: 'circuit.isolate', reason, before, after, by });
    });
  }

  /** @throws {OperationsError} `invalid_reason`, `not_isolated` */
  async release(by: Operator, override: Override): Promise<void> {
    const { provider } = override;
    const reason = requireReason(override.reason);
    await this.#serialize(provider, async (transaction, active) => {
      if (active?.action !== 'isolate') {
        throw new OperationsError('not_isolated');
      }
      await this.#end(transaction, provider);
      const before = audited('isolated', active.until);
      await this.#audit.write(transaction, {
        target: provider,
        action: 'circuit.release',
        reason,
        before,
        after: CLOSED,
        by,
      });
    });
  }

  /** Resets the circuit and ends an active isolation. @throws {OperationsError} `invalid_reason` */
  async reset(by: Operator, override: Override, state: CircuitStatus): Promise<void> {
    const { provider } = override;
    const reason = requireReason(override.reason);
    await this.#serialize(provider, async (transaction, active) => {
      await this.#end(transaction, provider);
      await this.#insert(transaction, { provider, action: 'reset', reason, by });
      const before = auditedBefore(active, state);
      await this.#audit.write(transaction, {
        target: provider,
        action: 'circuit.reset',
        reason,
        before,
        after: CLOSED,
        by,
      });
    });
  }

  /** Ends an isolation at its `until`. Of several instances that call it, the first records the end. */
  async expire(provider: ProviderName, override: ActiveOverride & { until: Date }): Promise<void> {
    await this.#serialize(provider, async (transaction, active) => {
      if (active?.id !== override.id) return;
      const { reason, until } = override;
      await transaction.circuitOverride.update({ where: { id: override.id }, data: { endedAt: until } });
      const before = audited('isolated', until);
      await this.#audit.write(transaction, {
        target: provider,
        action: 'circuit.expire',
        reason,
        before,
        after: CLOSED,
      });
    });
  }

  /** Ends a reset that has reached the state shared by all instances. */
  async complete(override: ActiveOverride): Promise<void> {
    const where = { id: override.id, endedAt: null };
    await this.#client.circuitOverride.updateMany({ where, data: { endedAt: new Date(this.#clock.now()) } });
  }

  /** Runs `work` in a transaction of its own per provider, so that each override sees the result of the one before. */
  #serialize(
    provider: ProviderName,
    work: (transaction: Prisma.TransactionClient, active: ActiveOverride | undefined) => Promise<void>,
  ): Promise<void> {
    const lock = `circuit override ${provider}`;
    return this.#client.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}::text, 0))`;
      await work(transaction, await activeOverride(transaction, provider));
    });
  }

  async #end(transaction: Prisma.TransactionClient, provider: ProviderName): Promise<void> {
    const where = { provider, endedAt: null };
    await transaction.circuitOverride.updateMany({ where, data: { endedAt: new Date(this.#clock.now()) } });
  }

  async #insert(
    transaction: Prisma.TransactionClient,
    override: { provider: ProviderName; action: ActiveOverride['action']; reason: string; until?: Date; by: Operator },
  ): Promise<void> {
    const { by, ...columns } = override;
    const now = this.#clock.now();
    await transaction.circuitOverride.create({
      data: { ...columns, id: this.#nextId(now), byUserId: by.userId, createdAt: new Date(now) },
      select: { id: true },
    });
  }
}

/** Returns the override that is active for a provider; undefined when its circuit decides by itself. */
async function activeOverride(
  client: Prisma.TransactionClient,
  provider: ProviderName,
): Promise<ActiveOverride | undefined> {
  const row = await client.circuitOverride.findFirst({
    where: { provider, endedAt: null },
    orderBy: { id: 'desc' },
    select: {
      id: true,
      action: true,
      reason: true,
      until: true,
      createdAt: true,
      by: { select: { email: true } },
    },
  });
  if (row === null) return undefined;
  const { by, until, ...columns } = row;
  return { ...columns, by: by.email, ...(until !== null && { until }) };
}

function auditedBefore(active: ActiveOverride | undefined, state: CircuitStatus): AuditedCircuit {
  return active?.action === 'isolate' ? audited('isolated', active.until) : audited(state);
}

function audited(state: CircuitStatus, until?: Date): AuditedCircuit {
  return { state, ...(until && { until: until.toISOString() }) };
}
