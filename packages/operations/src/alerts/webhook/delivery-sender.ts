import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { Delivery, DeliveryStore, TryResult } from './delivery-store.ts';
import { PostError, postJson } from './post.ts';
import { signatureHeaders } from './signature.ts';

/** Time limit of one try. */
const TIMEOUT_MS = 10_000;

/** Where alerts are delivered. */
export interface WebhookOptions {
  url: URL;
  /** Key of the signatures. */
  secret: string;
  /** Allows a receiver whose address is not public. */
  allowPrivate: boolean;
}

/** What one round has done. */
interface SentDeliveries {
  accepted: number;
  /** Why the last try failed; absent when none did. */
  failure?: string;
}

/** Sends the deliveries that are due to the webhook. */
export interface DeliverySender {
  /**
   * Sends what is due, one after the other, and stops at the first failure, so that a receiver that hangs takes one time
   * limit a round. Callers within a process share a round. Rejects only when the database is unavailable.
   */
  sendDue(signal: AbortSignal): Promise<SentDeliveries>;
}

export function createDeliverySender(
  webhook: WebhookOptions,
  parts: { store: Pick<DeliveryStore, 'due' | 'claim' | 'record'>; clock: Clock; logger: Logger },
): DeliverySender {
  const { clock, logger, store } = parts;
  let round: Promise<SentDeliveries> | undefined;

  async function send(delivery: Delivery, signal: AbortSignal): Promise<TryResult> {
    const { body, id: deliveryId } = delivery;
    const headers = signatureHeaders({ deliveryId, at: clock.now(), body, secret: webhook.secret });
    try {
      const { allowPrivate } = webhook;
      const status = await postJson(webhook.url, { headers, body, allowPrivate, timeoutMs: TIMEOUT_MS, signal });
      return status >= 200 && status < 300 ? { status } : { status, error: `it answered ${status}` };
    } catch (error) {
      if (error instanceof PostError) return { error: error.message };
      throw error;
    }
  }

  async function sendAll(signal: AbortSignal): Promise<SentDeliveries> {
    let accepted = 0;
    for (;;) {
      const due = await store.due();
      if (due.length === 0) return { accepted };
      for (const delivery of due) {
        if (signal.aborted) return { accepted };
        const claim = await store.claim(delivery);
        if (claim === undefined) continue;
        const result = await send(delivery, signal);
        const isRepeated = await store.record(delivery, claim, result);
        if (result.error === undefined) accepted += 1;
        else {
          const fields = { delivery: delivery.id, reason: result.error, tries: delivery.tries + 1 };
          if (isRepeated) logger.warn(fields, '[ALERT] The webhook did not accept an alert; it is posted again later');
          else logger.error(fields, '[ALERT] The webhook did not accept an alert for a day; it is given up');
          return { accepted, failure: result.error };
        }
      }
    }
  }

  return {
    sendDue(signal) {
      round ??= sendAll(signal).finally(() => {
        round = undefined;
      });
      return round;
    },
  };
}
