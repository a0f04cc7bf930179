import type { AlertRecord } from '../alert-record.ts';
import { webhookSentence } from '../alert-text.ts';

/** Builds the body of a delivery, as docs/operations.md describes it. `appUrl`: public address of this app. */
export function alertPayload(alert: AlertRecord, appUrl: URL): string {
  const { id, limit, resolvedAt, rule, runbook, severity, since, subject, unit, value } = alert;
  return JSON.stringify({
    id,
    rule,
    subject,
    severity,
    state: resolvedAt === undefined ? 'firing' : 'resolved',
    value,
    limit,
    unit,
    since: new Date(since).toISOString(),
    resolved_at: resolvedAt === undefined ? undefined : new Date(resolvedAt).toISOString(),
    text: webhookSentence(alert),
    runbook: new URL(`/admin/runbook#${runbook}`, appUrl).href,
  });
}
