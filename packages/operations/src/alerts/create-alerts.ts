import type { PrismaClient } from '@plantcommunity/db';
import type { Logger } from '@plantcommunity/telemetry';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { type Job, JobFailure } from '../jobs/job.ts';
import type { Operator } from '../operator.ts';
import type { AlertRecord } from './alert-record.ts';
import { AlertStore } from './alert-store.ts';
import { FactReader, type FactSources } from './fact-reader.ts';
import { judge } from './rules.ts';
import { type Urgency, urgencyOf } from './urgency.ts';
import { createDeliverySender, type WebhookOptions } from './webhook/delivery-sender.ts';
import { DeliveryStore, type WebhookOverview } from './webhook/delivery-store.ts';

export interface AlertsOptions extends FactSources {
  client: PrismaClient;
  audit: AuditTrail;
  /** Undefined: alerts are shown, but not delivered. */
  webhook: WebhookOptions | undefined;
  /** Public address of this app, for links to the runbook. */
  appUrl: URL;
  logger: Logger;
}

/** The alerts as operators see them. */
export interface AlertsOverview {
  /** The open ones first, then those resolved in the last 24 hours; both with the newest first. */
  items: readonly AlertRecord[];
  /** Absent when alerts are not delivered. */
  webhook?: WebhookOverview;
}

/** The alerts that this app watches by itself. */
export interface Alerts {
  /** The jobs that watch, and deliver to the webhook. */
  readonly jobs: readonly Job[];
  list(): Promise<AlertsOverview>;
  /** Returns the alerts, and whether an operator has to get up. */
  overview(): Promise<{ alerts: AlertsOverview; urgency: Urgency }>;
  /**
   * Records that an operator takes care of an alert.
   * @throws {OperationsError} `unknown_alert`, `alert_resolved`
   */
  acknowledge(by: Operator, id: string): Promise<void>;
  close(): void;
}

/** Name of the job that judges all rules. */
export const WATCH_ALERTS = 'watch-alerts';
/** Longest run of the watch: the next one follows after a minute. */
const WATCH_LIMIT_MS = 30_000;

export function createAlerts(options: AlertsOptions): Alerts {
  const { appUrl, audit, client, clock, logger, webhook } = options;
  const facts = new FactReader(options);
  const deliveries = webhook && new DeliveryStore(client, { clock, appUrl });
  const sender = webhook && deliveries && createDeliverySender(webhook, { store: deliveries, clock, logger });
  const store = new AlertStore(client, { clock, audit, deliveries });
  const closing = new AbortController();

  const watch: Job = {
    name: WATCH_ALERTS,
    every: { minutes: 1 },
    timeLimitMs: WATCH_LIMIT_MS,
    async run() {
      const { changed, open } = await store.apply(judge(await facts.read()));
      for (const alert of changed) logChange(alert, logger);
      // The watch does not wait for the receiver; what fails here is sent by the job.
      if (changed.length > 0) sender?.sendDue(closing.signal).catch(() => undefined);
      return { text: `${counted(open, 'alert')} open, ${changed.length} changed` };
    },
  };
  const post: Job | undefined = sender &&
    deliveries && {
      name: 'post-alerts',
      every: { minutes: 1 },
      async run(signal) {
        const { accepted, failure } = await sender.sendDue(AbortSignal.any([signal, closing.signal]));
        const { lastError, waiting } = await deliveries.overview();
        const text = `Posted ${counted(accepted, 'alert')}`;
        if (failure !== undefined) throw new JobFailure(`${text}, then stopped: ${failure}`, { waiting });
        // Between two tries nothing is due, but all is not well.
        if (waiting > 0 && lastError !== undefined) throw new JobFailure(`${text}. Last: ${lastError}`, { waiting });
        return { text, waiting };
      },
    };

  async function list(): Promise<AlertsOverview> {
    const [items, webhookNow] = await Promise.all([store.list(), deliveries?.overview()]);
    return { items, ...(webhookNow && { webhook: webhookNow }) };
  }

  return {
    jobs: post === undefined ? [watch] : [watch, post],
    list,
    async overview() {
      const [alerts, read] = await Promise.all([list(), facts.read()]);
      return { alerts, urgency: urgencyOf(read, alerts.items) };
    },
    acknowledge: (by, id) => store.acknowledge(by, id),
    close() {
      closing.abort();
      facts.close();
    },
  };
}

function logChange({ id, limit, rule, severity, state, subject, value }: AlertRecord, logger: Logger): void {
  const fields = { alert: id, rule, subject, value, limit };
  if (state === 'resolved') logger.info(fields, '[ALERT] Resolved');
  else if (severity === 'critical') logger.error(fields, '[ALERT] Fired');
  else logger.warn(fields, '[ALERT] Fired');
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
