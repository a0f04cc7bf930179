import type { Prisma, PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { monotonicFactory } from 'ulid';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { DAY_MS } from '../durations.ts';
import { OperationsError } from '../operations-error.ts';
import type { Operator } from '../operator.ts';
import type { AlertRecord } from './alert-record.ts';
import { type AlertChange, keyOf, nextAlerts, type OpenAlert } from './next-alerts.ts';
import { ALERT_RULES, type AlertRule, type Finding } from './rules.ts';
import type { DeliveryStore } from './webhook/delivery-store.ts';

/** How long resolved alerts are listed. */
const LISTED_MS = DAY_MS;
/** Resolved alerts that are listed at most. */
const MAX_RESOLVED = 50;

/** Serializes the watches of all instances. */
const WATCH_LOCK = 'watch alerts';

/** Stores alerts in PostgreSQL. */
export class AlertStore {
  readonly #client: PrismaClient;
  readonly #clock: Clock;
  readonly #audit: AuditTrail;
  readonly #deliveries: Pick<DeliveryStore, 'add'> | undefined;
  readonly #nextId = monotonicFactory();

  /** @param deliveries undefined: alerts are not delivered */
  constructor(
    client: PrismaClient,
    parts: { clock: Clock; audit: AuditTrail; deliveries: Pick<DeliveryStore, 'add'> | undefined },
  ) {
    this.#client = client;
    this.#clock = parts.clock;
    this.#audit = parts.audit;
    this.#deliveries = parts.deliveries;
  }

  /**
   * Changes the alerts to what the findings demand, with their deliveries, in one transaction. Returns the alerts that fired
   * or were resolved, and how many are open.
   */
  apply(findings: readonly Finding[]): Promise<{ changed: readonly AlertRecord[]; open: number }> {
    return this.#client.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${WATCH_LOCK}::text, 0))`;
      const open = await transaction.alert.findMany({ where: { resolvedAt: null }, orderBy: { id: 'asc' } });
      const now = this.#clock.now();
      const changes = nextAlerts(
        open.flatMap((row) => openAlertOf(row) ?? []),
        findings,
        now,
      );
      const changed: AlertRecord[] = [];
      for (const change of changes) {
        const row = await this.#write(transaction, change, now);
        const alert = row && recordOf(row);
        if (alert === undefined) continue;
        changed.push(alert);
        await this.#deliveries?.add(transaction, alert);
      }
      return { changed, open: await transaction.alert.count({ where: { resolvedAt: null } }) };
    });
  }

  /** Returns the open alerts, then those resolved in the last 24 hours, both with the newest first. */
  async list(): Promise<readonly AlertRecord[]> {
    const include = { acknowledgedBy: { select: { email: true } } } as const;
    const orderBy = { id: 'desc' } as const;
    const since = new Date(this.#clock.now() - LISTED_MS);
    const [open, resolved] = await Promise.all([
      this.#client.alert.findMany({ where: { resolvedAt: null }, include, orderBy }),
      this.#client.alert.findMany({
        where: { resolvedAt: { gte: since } },
        include,
        orderBy: [{ resolvedAt: 'desc' }, { id: 'desc' }],
        take: MAX_RESOLVED,
      }),
    ]);
    return [...open, ...resolved].flatMap((row) => recordOf(row) ?? []);
  }

  /**
   * Records that an operator has seen an alert and takes care of it. Repeating it changes nothing.
   * @throws {OperationsError} `unknown_alert`, `alert_resolved`
   */
  acknowledge(by: Operator, id: string): Promise<void> {
    return this.#client.$transaction(async (transaction) => {
      // The watch may resolve the alert at this moment: of both, the first one wins.
      const { count } = await transaction.alert.updateMany({
        where: { id, resolvedAt: null, acknowledgedAt: null },
        data: { acknowledgedAt: new Date(this.#clock.now()), acknowledgedById: by.userId },
      });
      const row = await transaction.alert.findUnique({ where: { id } });
      if (row === null) throw new OperationsError('unknown_alert');
      if (row.resolvedAt !== null) throw new OperationsError('alert_resolved');
      if (count === 0) return;
      const alert = { rule: row.rule, ...(row.subject !== null && { subject: row.subject }) };
      await this.#audit.write(transaction, {
        action: 'alert.acknowledge',
        target: id,
        reason: '',
        before: { state: 'firing', ...alert },
        after: { state: 'acknowledged', ...alert },
        by,
      });
    });
  }

  /** Returns the alert if it fired or was resolved. */
  async #write(transaction: Prisma.TransactionClient, change: AlertChange, now: number): Promise<AlertRow | undefined> {
    switch (change.type) {
      case 'fire': {
        const { limit, rule, subject = null, value } = change.finding;
        const [id, since] = [this.#nextId(now), new Date(change.since)];
        const data = { id, rule, subject, openKey: keyOf(change.finding), value, limit, since };
        return transaction.alert.create({ data });
      }
      case 'update': {
        const { finding, id, wellSince } = change;
        const data = {
          wellSince: wellSince === undefined ? null : new Date(wellSince),
          ...(finding && { value: finding.value, limit: finding.limit }),
        };
        await transaction.alert.update({ where: { id }, data, select: { id: true } });
        return undefined;
      }
      case 'resolve':
        return transaction.alert.update({
          where: { id: change.id },
          data: { resolvedAt: new Date(now), openKey: null },
        });
    }
  }
}

type AlertRow = Prisma.AlertGetPayload<object> & { acknowledgedBy?: { email: string } | null };

function isRule(name: string): name is AlertRule {
  return Object.hasOwn(ALERT_RULES, name);
}

/** Returns undefined for a row of another version, whose rule is unknown. */
function openAlertOf({ id, rule, subject, wellSince }: AlertRow): OpenAlert | undefined {
  if (!isRule(rule)) return undefined;
  return { id, rule, ...(subject !== null && { subject }), ...(wellSince && { wellSince: wellSince.getTime() }) };
}

/** Returns undefined for a row of another version, whose rule is unknown. */
function recordOf(row: AlertRow): AlertRecord | undefined {
  const { acknowledgedAt, acknowledgedBy, id, limit, resolvedAt, rule, since, subject, value } = row;
  if (!isRule(rule)) return undefined;
  return {
    id,
    rule,
    ...ALERT_RULES[rule],
    state: resolvedAt === null ? (acknowledgedAt === null ? 'firing' : 'acknowledged') : 'resolved',
    value,
    limit,
    since: since.getTime(),
    ...(subject !== null && { subject }),
    ...(acknowledgedAt &&
      acknowledgedBy && { acknowledged: { by: acknowledgedBy.email, at: acknowledgedAt.getTime() } }),
    ...(resolvedAt && { resolvedAt: resolvedAt.getTime() }),
  };
}
