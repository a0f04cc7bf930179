import { createHmac } from 'node:crypto';

/** Builds the headers by which a receiver checks a post, as in Standard Webhooks (https://www.standardwebhooks.com). */
export function signatureHeaders(post: {
  /** The same in every try. */
  deliveryId: string;
  /** Time of the try, in milliseconds since 1970. */
  at: number;
  body: string;
  secret: string;
}): Record<string, string> {
  const { at, body, deliveryId, secret } = post;
  const timestamp = String(Math.floor(at / 1_000));
  const signature = createHmac('sha256', secret).update(`${deliveryId}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': deliveryId, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
