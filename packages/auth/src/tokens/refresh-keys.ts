import { createHmac, randomBytes } from 'node:crypto';
import { deriveKeys } from '../keys.ts';

/** 256 bits. */
const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/;

/** What refresh tokens are made of and kept as, base64url throughout; it knows of no database and no time. */
export interface RefreshKeys {
  make(): string;
  /** What a token is kept as from now on. */
  digest(token: string): string;
  /** All that a token may have been kept as, under each secret there is; nothing for what is no token of ours. */
  digests(token: string): string[];
  /**
   * The one token that `token` of a family is exchanged for. It is made with the key that `token` is kept under and not
   * with the first: so it is the same for whoever asks again, also when the secrets were rotated in between or another
   * instance has them in another order. `digest` is what `token` is kept as.
   */
  successor(token: string, digest: string, familyId: string): string;
}

/** @throws {RangeError} without a secret */
export function createRefreshKeys(secrets: readonly string[]): RefreshKeys {
  const keys = deriveKeys(secrets, 'refresh');
  const [first] = keys;
  if (first === undefined) throw new RangeError('secrets must hold at least one secret');
  return {
    make: () => randomBytes(TOKEN_BYTES).toString('base64url'),
    digest: (token) => digestOf(first, token),
    digests: (token) => (TOKEN.test(token) ? keys.map((key) => digestOf(key, token)) : []),
    successor(token, digest, familyId) {
      const key = keys.find((candidate) => digestOf(candidate, token) === digest);
      if (key === undefined) throw new RangeError('the token is kept under none of the secrets');
      return mac(key, `successor\n${familyId}\n${token}`);
    },
  };
}

/** Keyed, so that tokens kept under a secret end when it is removed. Never equal to a successor: its text is another. */
function digestOf(key: Uint8Array, token: string): string {
  return mac(key, `digest\n${token}`);
}

function mac(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
