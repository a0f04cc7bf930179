import { randomUUID } from 'node:crypto';
import { Prisma, type PrismaClient, table } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { deriveKeys } from './keys.ts';
import type { SignedIn } from './sign-in.ts';

const DAY_MS = 86_400_000;
/** Idle lifetime of a session: 30 days, in seconds as next-auth expects it. */
export const SESSION_MAX_AGE = 30 * 24 * 60 * 60;
/** Absolute lifetime of a session after its sign-in, however much it is used. */
const ABSOLUTE_LIFETIME_MS = 90 * DAY_MS;
/** Minimum extension that is written, so that frequent renewals do not write each time. */
const RENEWAL_STEP_MS = DAY_MS;
/** Maximum sessions of a user: more than a person needs. Bounds the rows that a program with the password can add. */
const MAX_SESSIONS = 100;

/** The session of a browser, as its cookie contains it. */
export interface Session extends SignedIn {
  /** New at every sign-in; names the database row that keeps the cookie valid. */
  sessionId: string;
  /** Epoch milliseconds, in whole seconds. */
  expiresAt: number;
}

/**
 * Stores browser sessions, one row per sign-in; a cookie is valid only while its row exists. Throws database errors.
 */
export class BrowserSessions {
  readonly #client: PrismaClient;
  readonly #clock: Clock;

  constructor(client: PrismaClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * Starts a session with a new id; undefined if the user was deleted meanwhile. The 101st session of a user ends their
   * oldest.
   */
  async begin({ epoch, userId }: SignedIn): Promise<Session | undefined> {
    const now = this.#clock.now();
    const sessionId = randomUUID();
    const expiresAt = expiryAt(now, now);
    try {
      await this.#client.browserSession.create({
        data: { id: sessionId, userId, createdAt: new Date(now), expiresAt: new Date(expiresAt) },
      });
    } catch (error) {
      if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003') return undefined;
      throw error;
    }
    await this.#trim(userId);
    return { userId, epoch, sessionId, expiresAt };
  }

  /** Extends a session; undefined when it has ended. */
  async renew(session: Session): Promise<Session | undefined> {
    const id = session.sessionId;
    const now = this.#clock.now();
    const row = await this.#client.browserSession.findUnique({ where: { id } });
    const stored = row?.expiresAt.getTime() ?? 0;
    if (row === null || stored <= now) return undefined;
    const expiresAt = expiryAt(now, row.createdAt.getTime());
    if (expiresAt - stored < RENEWAL_STEP_MS) return { ...session, expiresAt: stored };
    const { count } = await this.#client.browserSession.updateMany({
      where: { id },
      data: { expiresAt: new Date(expiresAt) },
    });
    return count === 0 ? undefined : { ...session, expiresAt };
  }

  /** Ends a session, unless it has ended: every copy of its cookie becomes invalid. */
  async end(sessionId: string): Promise<void> {
    await this.#client.browserSession.deleteMany({ where: { id: sessionId } });
  }

  /**
   * Ends the user's oldest sessions beyond the maximum; skips rows locked by others. ARRAY() runs the subquery once, also
   * in a nested loop.
   */
  async #trim(userId: string): Promise<void> {
    await this.#client.$executeRaw`
      DELETE FROM ${table('BrowserSession')} WHERE "id" = ANY (ARRAY(
        SELECT "id" FROM ${table('BrowserSession')} WHERE "userId" = ${userId}
        ORDER BY "createdAt" DESC, "id" OFFSET ${MAX_SESSIONS} FOR UPDATE SKIP LOCKED
      ))`;
  }
}

export interface SessionTokens {
  /** Encrypts a session as a token, valid until its `expiresAt`. */
  encrypt(session: Session): Promise<string>;
  /**
   * Decrypts a token. Undefined if it is forged, expired or encrypted with a removed secret. Does not ask the database.
   */
  decrypt(token: string): Promise<Session | undefined>;
}

const payloadSchema = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  epoch: z.int().nonnegative(),
  exp: z.int(),
});

/** Encrypted JWTs (`dir`, A256GCM). The first secret encrypts; all decrypt, so that a secret can be replaced in use. */
export function createSessionTokens(secrets: readonly string[], clock: Clock): SessionTokens {
  const keys = deriveKeys(secrets, 'session');
  const [encryptionKey] = keys;
  if (encryptionKey === undefined) throw new RangeError('secrets must hold at least one secret');
  return {
    encrypt({ epoch, expiresAt, sessionId, userId }) {
      const now = Math.floor(clock.now() / 1000);
      return new EncryptJWT({ sid: sessionId, epoch })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'JWT' })
        .setSubject(userId)
        .setIssuedAt(now)
        .setExpirationTime(Math.floor(expiresAt / 1000))
        .setJti(randomUUID())
        .encrypt(encryptionKey);
    },
    async decrypt(token) {
      const options = {
        currentDate: new Date(clock.now()),
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['sub', 'iat', 'exp'],
      };
      for (const key of keys) {
        try {
          const { payload } = await jwtDecrypt(token, key, options);
          const { data } = payloadSchema.safeParse(payload);
          return data && { userId: data.sub, epoch: data.epoch, sessionId: data.sid, expiresAt: data.exp * 1000 };
        } catch (error) {
          if (error instanceof errors.JWEDecryptionFailed) continue;
          if (error instanceof errors.JOSEError) return undefined;
          throw error;
        }
      }
      return undefined;
    },
  };
}

/** Returns when a session that is used at `now` ends: epoch milliseconds, in whole seconds as in its token. */
function expiryAt(now: number, createdAt: number): number {
  return Math.floor(Math.min(now + SESSION_MAX_AGE * 1_000, createdAt + ABSOLUTE_LIFETIME_MS) / 1_000) * 1_000;
}
