import { hkdfSync } from 'node:crypto';

/** What a key is for: one derived for one purpose is worth nothing for another. */
export type Purpose = 'session' | 'csrf' | 'access' | 'refresh';

/** Bytes that A256GCM needs, and as many as HMAC-SHA256 gives (RFC 7518, 3.2). */
const KEY_BYTES = 32;

/** One key a secret, in the same order: the first seals, all open. HKDF-SHA256 (RFC 5869). */
export function deriveKeys(secrets: readonly string[], purpose: Purpose): Uint8Array[] {
  return secrets.map(
    (secret) => new Uint8Array(hkdfSync('sha256', secret, '', `plantcommunity ${purpose}`, KEY_BYTES)),
  );
}
