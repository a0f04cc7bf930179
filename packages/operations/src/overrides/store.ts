import type { Prisma, PrismaClient } from '@plantcommunity/db';
import type { ProviderName } from '@plantcommunity/identification';
import type { CircuitStatus, Clock } from '@plantcommunity/resilience';
import { decodeTime, monotonicFactory } from 'ulid';
import type { AuditAction, AuditedCircuit } from '../audit/audit-record.ts';
import type { Operator, Override } from '../operations.ts';
import { OperationsError } from '../operations-error.ts';
import { type ActiveOverride, activeOverride } from './active-override.ts';
import { checkReason } from './reason.ts';

/** One order after another a provider: whoever comes second sees what the first has done. Any number will do. */
const LOCKS: Readonly<Record<ProviderName, number>> = { plant_id: 7_209_231, plantnet: 7_209_232 };

interface Change {
  provider: ProviderName;
  action: AuditAction;
  reason: string;
  before: AuditedCircuit;
  after: AuditedCircuit;
  by?: Operator;
}

/** The orders as PostgreSQL keeps them: each is written in one transaction with its audit entry. */
export class OverrideStore {
  readonly #client: PrismaClient;
  readonly #clock: Clock;
  readonly #nextId = monotonicFactory();

  constructor(client: PrismaClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  active(provider: ProviderName): Promise<ActiveOverride | undefined> {
    return activeOverride(this.#client, provider);
  }

  /** Why the last isolation was released; undefined when its time was up. */
  async releaseReason(provider: ProviderName): Promise<string | undefined> {
    const last = await lastEntry(this.#client, provider);
    const released: AuditAction = 'circuit.release';
    return last?.action === released ? last.reason : undefined;
  }

  /** `state`: of the circuit as it is now. @throws {OperationsError} `invalid_reason`, `invalid_end` */
  async isolate(by: Operator, order: Override & { until?: Date }, state: CircuitStatus): Promise<void> {
    const reason = checkReason(order.reason);
    const { provider, until } = order;
    if (until !== undefined && !(until.getTime() > this.#clock.now())) {
      throw new OperationsError('invalid_end', 'The end is in the past.');
    }
    await this.#serialize(provider, async (transaction, standing) => {
      await this.#end(transaction, provider);
      await this.#insert(transaction, { provider, action: 'isolate', reason, by, ...(until && { until }) });
      const before = auditedBefore(standing, state);
      const after = audited('isolated', until);
      await this.#audit(transaction, { provider, action: 'circuit.isolate', reason, before, after, by });
    });
  }

  /** @throws {OperationsError} `invalid_reason`, `not_isolated` */
  async release(by: Operator, { provider, reason: said }: Override): Promise<void> {
    const reason = checkReason(said);
    await this.#serialize(provider, async (transaction, standing) => {
      if (standing?.action !== 'isolate') throw new OperationsError('not_isolated', 'It is not isolated.');
      await this.#end(transaction, provider);
      const before = audited('isolated', standing.until);
      await this.#audit(transaction, { provider, action: 'circuit.release', reason, before, after: CLOSED, by });
    });
  }

  /** Ends an isolation too. @throws {OperationsError} `invalid_reason` */
  async reset(by: Operator, { provider, reason: said }: Override, state: CircuitStatus): Promise<void> {
    const reason = checkReason(said);
    await this.#serialize(provider, async (transaction, standing) => {
      await this.#end(transaction, provider);
      await this.#insert(transaction, { provider, action: 'reset', reason, by });
      const before = auditedBefore(standing, state);
      await this.#audit(transaction, { provider, action: 'circuit.reset', reason, before, after: CLOSED, by });
    });
  }

  /** An isolation's time is up: noted once, whichever instance sees it first. */
  async expire(provider: ProviderName, order: ActiveOverride & { until: Date }): Promise<void> {
    await this.#serialize(provider, async (transaction, standing) => {
      if (standing?.id !== order.id) return;
      const { reason, until } = order;
      await transaction.circuitOverride.update({ where: { id: order.id }, data: { endedAt: until } });
      const before = audited('isolated', until);
      await this.#audit(transaction, { provider, action: 'circuit.expire', reason, before, after: CLOSED });
    });
  }

  /** A reset has reached what all instances share. */
  async complete(order: ActiveOverride): Promise<void> {
    const where = { id: order.id, endedAt: null };
    await this.#client.circuitOverride.updateMany({ where, data: { endedAt: new Date(this.#clock.now()) } });
  }

  #serialize(
    provider: ProviderName,
    work: (transaction: Prisma.TransactionClient, standing: ActiveOverride | undefined) => Promise<void>,
  ): Promise<void> {
    return this.#client.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS[provider]})`;
      await work(transaction, await activeOverride(transaction, provider));
    });
  }

  async #end(transaction: Prisma.TransactionClient, provider: ProviderName): Promise<void> {
    const where = { provider, endedAt: null };
    await transaction.circuitOverride.updateMany({ where, data: { endedAt: new Date(this.#clock.now()) } });
  }

  async #insert(
    transaction: Prisma.TransactionClient,
    order: { provider: ProviderName; action: ActiveOverride['action']; reason: string; until?: Date; by: Operator },
  ): Promise<void> {
    const { by, ...rest } = order;
    const now = this.#clock.now();
    await transaction.circuitOverride.create({
      data: { ...rest, id: this.#nextId(now), byUserId: by.userId, createdAt: new Date(now) },
      select: { id: true },
    });
  }

  async #audit(transaction: Prisma.TransactionClient, change: Change): Promise<void> {
    const { action, after, before, by, provider, reason } = change;
    const now = this.#clock.now();
    const last = await lastEntry(transaction, provider);
    await transaction.auditEntry.create({
      data: {
        // In the order of the changes, though the clocks of instances are apart.
        id: this.#nextId(Math.max(now, last === undefined ? now : decodeTime(last.id) + 1)),
        at: new Date(now),
        action,
        target: provider,
        reason,
        before,
        after,
        ...(by && { actorId: by.userId, requestId: by.requestId, address: by.address ?? null }),
      },
      select: { id: true },
    });
  }
}

async function lastEntry(
  client: Prisma.TransactionClient,
  provider: ProviderName,
): Promise<{ id: string; action: string; reason: string } | undefined> {
  const select = { id: true, action: true, reason: true };
  return (
    (await client.auditEntry.findFirst({ where: { target: provider }, orderBy: { id: 'desc' }, select })) ?? undefined
  );
}

const CLOSED: AuditedCircuit = { state: 'closed' };

function auditedBefore(standing: ActiveOverride | undefined, state: CircuitStatus): AuditedCircuit {
  return standing?.action === 'isolate' ? audited('isolated', standing.until) : audited(state);
}

function audited(state: CircuitStatus, until?: Date): AuditedCircuit {
  return { state, ...(until && { until: until.toISOString() }) };
}
