import { hkdfSync } from 'node:crypto';

/** The use of a key. A key that is derived for one purpose does not work for another. */
export type Purpose = 'session' | 'csrf' | 'access' | 'refresh';

/** The key size of A256GCM, and the output size of HMAC-SHA256 (RFC 7518, 3.2). */
const KEY_BYTES = 32;

/** Derives one key per secret by HKDF-SHA256 (RFC 5869), in the same order: the first signs, all verify. */
export function deriveKeys(secrets: readonly string[], purpose: Purpose): Uint8Array[] {
  return secrets.map(
    (secret) => new Uint8Array(hkdfSync('sha256', secret, '', `plantcommunity ${purpose}`, KEY_BYTES)),
  );
}
