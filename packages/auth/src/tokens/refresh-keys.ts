import { createHmac, randomBytes } from 'node:crypto';
import { deriveKeys } from '../keys.ts';

/** 256 bits. */
const TOKEN_BYTES = 32;
const TOKEN_PATTERN = /^[\w-]{43}$/;

/** Generates refresh tokens and the digests under which they are stored, all base64url. Uses no database and no clock. */
export interface RefreshKeys {
  generate(): string;
  /** Returns the digest under which a new token is stored. */
  digest(token: string): string;
  /** Returns every digest under which a token may be stored, one per secret; none for a malformed token. */
  digests(token: string): string[];
  /**
   * Returns the one token for which `token` of a family is exchanged. It is derived with the key under which `token` is
   * stored, not with the first: so a repeated request gets the same successor, also when the secrets were rotated in
   * between or another instance has them in another order. `digest` is the stored digest of `token`.
   */
  successor(token: string, digest: string, familyId: string): string;
}

/** @throws {RangeError} without a secret */
export function createRefreshKeys(secrets: readonly string[]): RefreshKeys {
  const keys = deriveKeys(secrets, 'refresh');
  const [first] = keys;
  if (first === undefined) throw new RangeError('secrets must hold at least one secret');
  return {
    generate: () => randomBytes(TOKEN_BYTES).toString('base64url'),
    digest: (token) => digestOf(first, token),
    digests: (token) => (TOKEN_PATTERN.test(token) ? keys.map((key) => digestOf(key, token)) : []),
    successor(token, digest, familyId) {
      const key = keys.find((candidate) => digestOf(candidate, token) === digest);
      if (key === undefined) throw new RangeError('the token is stored under none of the secrets');
      return mac(key, `successor\n${familyId}\n${token}`);
    },
  };
}

/** Keyed, so that removing a secret ends its tokens. Never equal to a successor, which is derived from another text. */
function digestOf(key: Uint8Array, token: string): string {
  return mac(key, `digest\n${token}`);
}

function mac(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
