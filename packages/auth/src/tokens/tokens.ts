import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { deriveKeys } from '../keys.ts';
import type { SignIn } from '../sign-in.ts';
import { ACCESS_LIFETIME, type AccessTokens, type AppSession } from './access-token.ts';
import { type StoredToken, TokenFamilies } from './token-families.ts';

/** Lifetime of a family from its sign-in on: seven days. */
const REFRESH_LIFETIME_MS = 604_800_000;
/** Time after its first use in which a refresh token gives its unused successor again: 24 hours. */
const RETRY_WINDOW_MS = 86_400_000;
/** Maximum sign-ins of a user: more than a person needs. Bounds the rows that a program with the password can add. */
const MAX_SIGN_INS = 100;

export interface TokenGrant {
  accessToken: string;
  /** In seconds. */
  expiresIn: typeof ACCESS_LIFETIME;
  refreshToken: string;
  /** In whole seconds: 604800 at the sign-in, and less after each refresh, which does not extend the lifetime. */
  refreshExpiresIn: number;
}

/**
 * Issues and checks the tokens of apps. No result shows whether an account or a token exists.
 * @throws errors of the database
 */
export interface Tokens {
  /**
   * Undefined for wrong credentials of every kind; `disabled` only when the password is right. The 101st sign-in of a
   * user ends their oldest.
   */
  issue(credentials: { email: string; password: string }): Promise<TokenGrant | 'disabled' | undefined>;
  /**
   * Exchanges a refresh token for its one successor. The same successor is returned again for 24 hours, as long as it is
   * unused: neither a lost answer nor two concurrent uses sign a person out. A use after the successor was used means
   * that two parties have the token, and ends its family. After 24 hours a token with an unused successor is refused;
   * its family stays. `admit` is called with the sign-in id of a valid token before the token is spent; its error is
   * passed on.
   */
  refresh(refreshToken: string, admit?: (signInId: string) => Promise<void>): Promise<TokenGrant | undefined>;
  /** Ends the sign-in of the token with all its tokens, access tokens included. False for an unknown token. */
  revoke(refreshToken: string): Promise<boolean>;
}

export function createTokens(parts: {
  client: PrismaClient;
  secrets: readonly string[];
  access: AccessTokens;
  signIn: SignIn;
  clock: Clock;
  logger: Logger;
}): Tokens {
  const { access, signIn, clock, logger } = parts;
  const keys = createRefreshKeys(parts.secrets);
  const families = new TokenFamilies(parts.client);

  async function grant(session: AppSession, refreshToken: string, leftMs: number): Promise<TokenGrant> {
    return {
      accessToken: await access.sign(session),
      expiresIn: ACCESS_LIFETIME,
      refreshToken,
      refreshExpiresIn: Math.ceil(leftMs / 1_000),
    };
  }

  /** During a rollout, instances of an earlier release exchange tokens without storing the successor. */
  async function isSuccessorUnused(token: StoredToken, successor: string): Promise<boolean> {
    return token.isSuccessorUnused || (token.successorHash === null && families.hasUnspent(keys.digests(successor)));
  }

  /** Judges expiry by `askedAt`: the wait for the database does not count. */
  async function exchange(
    refreshToken: string,
    askedAt: number,
    admit: (signInId: string) => Promise<void>,
  ): Promise<TokenGrant | undefined> {
    const digests = keys.digests(refreshToken);
    const token = digests.length === 0 ? undefined : await families.find(digests);
    if (token === undefined || isOver(token, askedAt)) return undefined;
    const { familyId, spentAt, userId } = token;
    const successor = keys.successor(refreshToken, token.hash, familyId);
    if (spentAt !== null && !(await isSuccessorUnused(token, successor))) {
      if (await families.end(digests)) {
        logger.warn(
          { userId, familyId },
          '[AUTH] A spent refresh token was used again: all tokens of its sign-in are ended',
        );
      }
      return undefined;
    }
    if (spentAt !== null && askedAt - spentAt.getTime() > RETRY_WINDOW_MS) return undefined;
    await admit(familyId);
    if (spentAt === null) {
      const spent = await families.exchange(token, keys.digest(successor), new Date(clock.now()));
      // Another request has spent the token or ended its family meanwhile: read again.
      if (!spent) return exchange(refreshToken, askedAt, admitAll);
    }
    return grant(token, successor, token.expiresAt.getTime() - askedAt);
  }

  return {
    async issue(credentials) {
      const session = await signIn(credentials);
      if (session === undefined || session === 'disabled') return session;
      const now = clock.now();
      const appSession = { ...session, familyId: randomUUID() };
      const refreshToken = keys.generate();
      const expiresAt = new Date(now + REFRESH_LIFETIME_MS);
      if (!(await families.begin(appSession, expiresAt, keys.digest(refreshToken)))) return undefined;
      await families.trim(session.userId, MAX_SIGN_INS);
      return grant(appSession, refreshToken, REFRESH_LIFETIME_MS);
    },

    refresh: (refreshToken, admit = admitAll) => exchange(refreshToken, clock.now(), admit),

    async revoke(refreshToken) {
      const digests = keys.digests(refreshToken);
      return digests.length > 0 && families.end(digests);
    },
  };
}

const admitAll = async () => undefined;

function isOver({ expiresAt, disabledAt, epoch, sessionEpoch }: StoredToken, now: number): boolean {
  return now >= expiresAt.getTime() || disabledAt !== null || epoch !== sessionEpoch;
}

/** 256 bits. */
const TOKEN_BYTES = 32;
const TOKEN_PATTERN = /^[\w-]{43}$/;

/** Generates refresh tokens and the digests under which they are stored, all base64url. Uses no database and no clock. */
interface RefreshKeys {
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
