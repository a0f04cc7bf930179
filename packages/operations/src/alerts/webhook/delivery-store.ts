import type { Prisma, PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { monotonicFactory } from 'ulid';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../durations.ts';
import type { AlertRecord } from '../alert-record.ts';
import { alertPayload } from './payload.ts';

/** Pause after the first failure; each further one doubles it up to an hour. */
const FIRST_PAUSE_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = HOUR_MS;
/** Time after which a delivery is given up. */
const GIVE_UP_MS = DAY_MS;
/** Time after which a try without a result counts as lost, as its process has died. Longer than a try may take. */
const LOST_MS = MINUTE_MS;
/** Deliveries that are read at once. */
const BATCH = 100;

/** A delivery that is due: the post of an alert's begin or end. */
export interface Delivery {
  /** The same in every try. */
  id: string;
  body: string;
  /** Number of tries that were begun before. */
  tries: number;
  createdAt: Date;
  nextTryAt: Date;
}

/** The right to record the end of a try. */
interface Claim {
  /** From then on the try counts as lost. */
  readonly lostAt: Date;
}

/** How a try ended. Without `status` no answer came. */
export interface TryResult {
  status?: number;
  /** Why the try failed; absent when the receiver accepted it. */
  error?: string;
}

/** What operators are told of the webhook. */
export interface WebhookOverview {
  lastStatus?: number;
  lastError?: string;
  /** When the last try began, in milliseconds since 1970. */
  lastAt?: number;
  /** Deliveries that were not accepted yet and not given up. */
  waiting: number;
}

/** The deliveries of alerts in PostgreSQL, which outlive restarts. Instances claim one before they try it. */
export class DeliveryStore {
  readonly #client: PrismaClient;
  readonly #clock: Clock;
  readonly #appUrl: URL;
  readonly #nextId = monotonicFactory();

  /** @param appUrl public address of this app */
  constructor(client: PrismaClient, parts: { clock: Clock; appUrl: URL }) {
    this.#client = client;
    this.#clock = parts.clock;
    this.#appUrl = parts.appUrl;
  }

  /** Writes the delivery of an alert's begin or end, in the transaction that changes the alert. */
  async add(transaction: Prisma.TransactionClient, alert: AlertRecord): Promise<void> {
    const now = this.#clock.now();
    await transaction.alertDelivery.create({
      data: {
        id: this.#nextId(now),
        alertId: alert.id,
        state: alert.resolvedAt === undefined ? 'firing' : 'resolved',
        body: alertPayload(alert, this.#appUrl),
        createdAt: new Date(now),
        nextTryAt: new Date(now),
      },
      select: { id: true },
    });
  }

  /** Returns the deliveries that are due, oldest first. The end of an alert is due after its begin was accepted or given up. */
  async due(): Promise<readonly Delivery[]> {
    const waitingBegin = { state: 'firing', nextTryAt: { not: null } } as const;
    const due = await this.#client.alertDelivery.findMany({
      where: {
        nextTryAt: { lte: new Date(this.#clock.now()) },
        OR: [{ state: 'firing' }, { alert: { deliveries: { none: waitingBegin } } }],
      },
      orderBy: { id: 'asc' },
      take: BATCH,
      select: { id: true, body: true, tries: true, createdAt: true, nextTryAt: true },
    });
    return due.flatMap(({ nextTryAt, ...delivery }) => (nextTryAt === null ? [] : { ...delivery, nextTryAt }));
  }

  /** Begins a try, and returns the claim to it; undefined when another instance has begun it. */
  async claim({ id, nextTryAt }: Delivery): Promise<Claim | undefined> {
    const now = this.#clock.now();
    const lostAt = new Date(now + LOST_MS);
    const { count } = await this.#client.alertDelivery.updateMany({
      where: { id, nextTryAt },
      data: { tries: { increment: 1 }, lastTryAt: new Date(now), nextTryAt: lostAt },
    });
    return count === 1 ? { lostAt } : undefined;
  }

  /**
   * Records the end of a claimed try; nothing when the try had counted as lost, and another one has begun. Returns whether
   * the delivery is tried again.
   */
  async record({ createdAt, id, tries }: Delivery, { lostAt }: Claim, { error, status }: TryResult): Promise<boolean> {
    const now = this.#clock.now();
    const retryAt = now + Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
    const isRepeated = error !== undefined && retryAt - createdAt.getTime() < GIVE_UP_MS;
    const { count } = await this.#client.alertDelivery.updateMany({
      where: { id, tries: tries + 1, nextTryAt: lostAt },
      data: {
        lastStatus: status ?? null,
        lastError: error ?? null,
        deliveredAt: error === undefined ? new Date(now) : null,
        nextTryAt: isRepeated ? new Date(retryAt) : null,
      },
    });
    return isRepeated || count === 0;
  }

  async overview(): Promise<WebhookOverview> {
    const [last, waiting] = await Promise.all([
      this.#client.alertDelivery.findFirst({
        where: { lastTryAt: { not: null } },
        orderBy: { lastTryAt: 'desc' },
        select: { lastStatus: true, lastError: true, lastTryAt: true },
      }),
      this.#client.alertDelivery.count({ where: { nextTryAt: { not: null } } }),
    ]);
    return {
      waiting,
      ...(last?.lastStatus && { lastStatus: last.lastStatus }),
      ...(last?.lastError && { lastError: last.lastError }),
      ...(last?.lastTryAt && { lastAt: last.lastTryAt.getTime() }),
    };
  }
}
